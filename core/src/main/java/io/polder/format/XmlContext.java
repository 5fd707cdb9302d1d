package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an XML record cannot say by itself, as lines of UTF-8 text that travel beside it: {@code path=value} for each
 * absolute path that a field names, {@code xmlns:prefix=uri} for each prefix that is used inside records and declared
 * outside. In values a backslash is written {@code \\} and a line end {@code \n}. Immutable.
 *
 * @param values by path
 * @param namespaces by prefix
 */
record XmlContext(Map<String, String> values, Map<String, String> namespaces) {
    private static final String NAMESPACE = "xmlns:";

    byte[] toBytes() {
        List<String> lines = new ArrayList<>();
        values.forEach((path, value) -> lines.add(path + "=" + escaped(value)));
        new TreeMap<>(namespaces).forEach((prefix, uri) -> lines.add(NAMESPACE + prefix + "=" + escaped(uri)));
        return String.join("\n", lines).getBytes(UTF_8);
    }

    /** The start of an element {@code _} that declares the prefixes; empty when there are none. */
    String wrapper() {
        if (namespaces.isEmpty()) {
            return "";
        }
        StringBuilder start = new StringBuilder("<_");
        namespaces.forEach((prefix, uri) -> start.append(" xmlns:")
                .append(prefix)
                .append("=\"")
                .append(uri.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;"))
                .append('"'));
        return start.append('>').toString();
    }

    /** Reads what {@link #toBytes} wrote; lines that are none of it are left out. */
    static XmlContext of(byte[] bytes, Iterable<String> paths) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> namespaces = new LinkedHashMap<>();
        for (String line : new String(bytes, UTF_8).split("\n", -1)) {
            for (String path : paths) {
                if (line.startsWith(path) && line.startsWith("=", path.length())) {
                    values.put(path, unescaped(line.substring(path.length() + 1)));
                }
            }
            int equals = line.indexOf('=');
            if (line.startsWith(NAMESPACE) && equals > NAMESPACE.length()) {
                namespaces.put(line.substring(NAMESPACE.length(), equals), unescaped(line.substring(equals + 1)));
            }
        }
        return new XmlContext(values, namespaces);
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\r", " ").replace("\n", "\\n");
    }

    private static String unescaped(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < value.length(); at++) {
            char unit = value.charAt(at);
            if (unit == '\\' && at + 1 < value.length()) {
                at++;
                plain.append(value.charAt(at) == 'n' ? '\n' : value.charAt(at));
            } else {
                plain.append(unit);
            }
        }
        return plain.toString();
    }
}
