package io.polder.agent;

import java.util.ArrayList;
import java.util.List;

/**
 * A properties file, as Java reads it, with the line of each key. Immutable.
 *
 * @param name as problems call it
 */
record FlumeFile(String name, List<Entry> entries) {
    /**
     * A key with its value, stripped as Flume strips it.
     *
     * @param line where the key begins, from 1
     */
    record Entry(int line, String key, String value) {}

    static FlumeFile parse(String name, String text) {
        List<Entry> entries = new ArrayList<>();
        String[] lines = text.split("\r\n|\n|\r", -1);
        for (int index = 0; index < lines.length; index++) {
            String first = lines[index].stripLeading();
            // A lone backslash continues nothing: to Java the next line is a first one, and may be a comment.
            boolean isContinuation = first.equals("\\") && index + 1 < lines.length;
            if (first.isEmpty() || first.startsWith("#") || first.startsWith("!") || isContinuation) {
                continue;
            }
            int line = index + 1;
            StringBuilder logical = new StringBuilder(first);
            while (isContinued(logical) && index + 1 < lines.length) {
                logical.setLength(logical.length() - 1);
                logical.append(lines[++index].stripLeading());
            }
            if (isContinued(logical)) {
                logical.setLength(logical.length() - 1);
            }
            entries.add(entry(line, logical.toString()));
        }
        return new FlumeFile(name, List.copyOf(entries));
    }

    private static boolean isContinued(CharSequence line) {
        int backslashes = 0;
        for (int at = line.length() - 1; at >= 0 && line.charAt(at) == '\\'; at--) {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    /** The key ends at the first {@code =}, {@code :} or blank without a backslash before it. */
    private static Entry entry(int line, String text) {
        int end = 0;
        while (end < text.length() && "=: \t\f".indexOf(text.charAt(end)) < 0) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        end = Math.min(end, text.length());
        int value = end;
        boolean hasSeparator = false;
        while (value < text.length()) {
            char next = text.charAt(value);
            if (!hasSeparator && (next == '=' || next == ':')) {
                hasSeparator = true;
            } else if (" \t\f".indexOf(next) < 0) {
                break;
            }
            value++;
        }
        return new Entry(
                line,
                unescaped(text.substring(0, end)).strip(),
                unescaped(text.substring(value)).strip());
    }

    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char next = text.charAt(at);
            if (next != '\\' || at + 1 == text.length()) {
                plain.append(next);
                continue;
            }
            char escaped = text.charAt(++at);
            if (escaped == 'u'
                    && at + 4 < text.length()
                    && text.substring(at + 1, at + 5).matches("[0-9a-fA-F]{4}")) {
                plain.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                plain.append(
                        switch (escaped) {
                            case 't' -> '\t';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 'f' -> '\f';
                            default -> escaped;
                        });
            }
        }
        return plain.toString();
    }
}
