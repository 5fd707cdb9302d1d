package io.polder.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a definition says at one place: a text, a list, a mapping, or nothing. Immutable. */
sealed interface Value {
    Where where();

    /** What was written, on one line and not too long, for a message. */
    String shown();

    /** What it is, for a message: "a list". */
    String noun();

    /**
     * Where a value stands.
     *
     * @param source {@code polder.yaml:12} or {@code --set}
     * @param line for sorting; 0 for what is not in the file
     * @param path {@code feeds.traffic.poll}; empty for the whole document
     */
    record Where(String source, int line, String path) {
        /** {@code polder.yaml:12 feeds.traffic.poll}. */
        String place() {
            return path.isEmpty() ? source : source + " " + path;
        }

        /** The place of a member that is not written there. */
        Where member(String name) {
            return new Where(source, line, path.isEmpty() ? name : path + "." + name);
        }
    }

    /** A text as written, without its quotes; numbers and booleans are texts too. */
    record Text(Where where, String text) implements Value {
        @Override
        public String shown() {
            return abbreviated(text);
        }

        @Override
        public String noun() {
            return "a text";
        }
    }

    /** A key without a value, {@code ~} or {@code null}. */
    record Nothing(Where where) implements Value {
        @Override
        public String shown() {
            return "";
        }

        @Override
        public String noun() {
            return "nothing";
        }
    }

    record Items(Where where, List<Value> values) implements Value {
        public Items {
            values = List.copyOf(values);
        }

        @Override
        public String shown() {
            return abbreviated(
                    "[" + String.join(", ", values.stream().map(Value::shown).toList()) + "]");
        }

        @Override
        public String noun() {
            return "a list";
        }
    }

    record Mapping(Where where, Map<String, Value> members) implements Value {
        public Mapping {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        @Override
        public String shown() {
            return abbreviated("{"
                    + String.join(
                            ", ",
                            members.entrySet().stream()
                                    .map(member -> member.getKey() + ": "
                                            + member.getValue().shown())
                                    .toList())
                    + "}");
        }

        @Override
        public String noun() {
            return "a mapping";
        }
    }

    private static String abbreviated(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }
}
