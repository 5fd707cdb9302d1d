package io.polder.agent;

import io.polder.record.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A component's values, checked against the table of types and with its defaults put in. Keys are written without agent,
 * kind and name: {@code hdfs.path}.
 */
public final class Settings {
    private final String prefix;
    private final Map<String, String> values;
    private final Map<String, Integer> lines;
    private final String file;
    private final List<Problem> problems;

    /**
     * @param prefix {@code a.sinks.k}, for problems
     * @param values with defaults
     * @param lines where keys stand; none for a default
     * @param problems gets what is found wrong
     */
    Settings(
            String file,
            String prefix,
            Map<String, String> values,
            Map<String, Integer> lines,
            List<Problem> problems) {
        this.file = file;
        this.prefix = prefix;
        this.values = values;
        this.lines = lines;
        this.problems = problems;
    }

    /** A value that the table says is there; empty when it is not, which was told as a problem before. */
    public String text(String key) {
        return values.getOrDefault(key, "");
    }

    public Optional<String> optional(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** A value that the table calls {@code number}; 0 when it was not one, which was told as a problem before. */
    public long number(String key) {
        try {
            return Long.parseLong(text(key));
        } catch (NumberFormatException told) {
            return 0;
        }
    }

    public int integer(String key) {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.max(Integer.MIN_VALUE, number(key))));
    }

    public boolean isTrue(String key) {
        return text(key).equalsIgnoreCase("true");
    }

    public Duration seconds(String key) {
        return Duration.ofSeconds(number(key));
    }

    public Duration millis(String key) {
        return Duration.ofMillis(number(key));
    }

    /** All values below a prefix such as {@code kafka.producer.}, without it. */
    public Map<String, String> under(String start) {
        Map<String, String> found = new TreeMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(start)) {
                found.put(key.substring(start.length()), value);
            }
        });
        return found;
    }

    /** Whether the key is written in the file. */
    public boolean isWritten(String key) {
        return lines.containsKey(key);
    }

    /**
     * Tells that a value is wrong in a way that the table does not know.
     *
     * @param wrong without a full stop
     * @param fix in the imperative, without a full stop
     */
    public void problem(String key, String wrong, String fix) {
        Integer line = lines.get(key);
        String place = file + (line == null ? "" : ":" + line) + " " + prefix + "." + key;
        problems.add(new Problem(place, text(key), wrong, fix));
    }
}
