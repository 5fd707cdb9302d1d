package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polder.record.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Learns the delimiter, the header and the columns of CSV. */
final class CsvInference {
    private static final String DELIMITERS = ",;\t|";

    private CsvInference() {}

    static Inference of(byte[] bytes, int begin, int to, boolean isWhole) throws MalformedDocumentException {
        int invalid = Utf8.firstInvalid(bytes, begin, to);
        if (invalid >= 0 && (isWhole || Utf8.after(bytes, invalid, to) != Utf8.CUT)) {
            throw new MalformedDocumentException("The document is neither JSON nor XML, and its byte "
                    + (invalid - begin + 1) + ", 0x"
                    + Integer.toHexString(bytes[invalid] & 0xFF).toUpperCase(Locale.ROOT)
                    + ", is not UTF-8, so it is no CSV either.");
        }
        char delimiter = ',';
        List<List<String>> best = List.of();
        long bestScore = -1;
        for (int index = 0; index < DELIMITERS.length(); index++) {
            char candidate = DELIMITERS.charAt(index);
            List<List<String>> lines = lines(bytes, begin, to, isWhole, candidate);
            long score = score(lines);
            if (score > bestScore) {
                bestScore = score;
                best = lines;
                delimiter = candidate;
            }
        }
        if (best.isEmpty()) {
            throw new MalformedDocumentException("The document has no whole line of CSV in it.");
        }
        return learn(best, delimiter);
    }

    private static List<List<String>> lines(byte[] bytes, int begin, int to, boolean isWhole, char delimiter) {
        CsvScanner scanner = new CsvScanner(new CsvOptions(delimiter, '"', true, Set.of(), '.'));
        List<List<String>> lines = new ArrayList<>();
        int at = begin;
        while (at < to && lines.size() <= Inference.SAMPLE) {
            int end = scanner.scan(bytes, at, to, isWhole);
            if (end < 0) {
                break;
            }
            if (end > at) {
                List<String> cells = new ArrayList<>();
                for (int cell = 0; cell < scanner.cells(); cell++) {
                    ByteBuilder text = new ByteBuilder();
                    scanner.unquote(bytes, cell, text);
                    cells.add(new String(text.array(), 0, text.length(), UTF_8));
                }
                lines.add(cells);
            }
            at = scanner.next();
        }
        return lines;
    }

    /** Lines that agree about their cells count first, then how many cells they have. */
    private static long score(List<List<String>> lines) {
        if (lines.isEmpty()) {
            return -1;
        }
        int cells = lines.get(0).size();
        long agreeing = lines.stream().filter(line -> line.size() == cells).count();
        return cells == 1 ? 0 : agreeing * 1_000 / lines.size() * 1_000 + Math.min(cells, 999);
    }

    private static Inference learn(List<List<String>> lines, char delimiter) throws MalformedDocumentException {
        boolean hasHeader = isHeader(lines.get(0));
        int width = lines.get(0).size();
        if (width == 1 && lines.size() == 1) {
            throw new MalformedDocumentException("The document is none of JSON, XML and CSV: it is '"
                    + lines.get(0).get(0) + "'.");
        }
        List<List<String>> events = hasHeader ? lines.subList(1, lines.size()) : lines;
        Map<String, Evidence> byPath = new LinkedHashMap<>();
        for (int column = 0; column < width; column++) {
            Evidence evidence = new Evidence();
            for (List<String> line : events) {
                if (column < line.size()) {
                    evidence.add(line.get(column));
                }
            }
            byPath.put(hasHeader ? lines.get(0).get(column).trim() : "column_" + (column + 1), evidence);
        }
        Map<String, String> options = new LinkedHashMap<>();
        if (delimiter != ',') {
            options.put("delimiter", String.valueOf(delimiter));
        }
        if (!hasHeader) {
            options.put("header", "false");
        }
        return Inference.of("csv", options, byPath, Map.of(), events.size());
    }

    /** Whether a line names columns: every cell is a text of its own, none a number, time or truth value. */
    private static boolean isHeader(List<String> cells) {
        Set<String> seen = new HashSet<>();
        for (String cell : cells) {
            Evidence evidence = new Evidence();
            evidence.add(cell);
            boolean isName = !cell.isBlank()
                    && evidence.values() == 1
                    && evidence.type("", false) == Type.VARCHAR
                    && seen.add(cell.trim());
            if (!isName) {
                return false;
            }
        }
        return true;
    }
}
