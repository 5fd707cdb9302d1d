package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polder.record.Type;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What the sampled values of one path have shown about its type. For one thread at a time. */
final class Evidence {
    /** Words that stand for "no value" in many files. */
    private static final Set<String> NULL_WORDS =
            Set.of("NULL", "null", "NA", "N/A", "n/a", "NaN", "nan", "None", "none", "-", "--");

    /** 2000-01-01 and 2100-01-01 in seconds: whole numbers between them, called like a time, are taken for one. */
    private static final long FIRST_EPOCH = 946_684_800L;

    private static final long LAST_EPOCH = 4_102_444_800L;
    private static final Pattern TIME_NAME =
            Pattern.compile("time|timestamp|datetime|date|tijd|tijdstip|datum|epoch|ts|.*(_at|_ts|time|timestamp)");
    private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9]+.*");
    private static final int MAX_DISTINCT = 1_000;

    private final ValueParser points = new ValueParser('.');
    private final ValueParser commas = new ValueParser(',');

    private int values;
    private int texts;
    private int truths;
    private int integers;
    private int bigints;
    private int decimals;
    private int commaDecimals;
    private int days;
    private int instants;
    private int epochs;
    private String first = "";
    private final Set<String> nullWords = new HashSet<>();
    private final Set<String> distinct = new HashSet<>();

    /** Takes one value's text into account; an empty one says nothing. */
    void add(String value) {
        String text = value.trim();
        if (text.isEmpty()) {
            return;
        }
        if (NULL_WORDS.contains(text)) {
            nullWords.add(text);
            return;
        }
        values++;
        first = first.isEmpty() ? text : first;
        if (distinct.size() < MAX_DISTINCT) {
            distinct.add(text);
        }
        byte[] bytes = text.getBytes(UTF_8);
        int length = bytes.length;
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            truths++;
        } else if (LEADING_ZERO.matcher(text).matches()) {
            // A code such as 0032 is no number; a decimal such as 0.5 is not matched.
            texts++;
        } else if (points.whole(bytes, 0, length, Long.MIN_VALUE, Long.MAX_VALUE) == null && isDigits(text)) {
            countWhole(points.integral());
        } else if (points.number(bytes, 0, length) == null) {
            decimals++;
        } else if (commas.number(bytes, 0, length) == null) {
            commaDecimals++;
        } else if (points.day(bytes, 0, length) == null) {
            days += length == 10 ? 1 : 0;
            instants += length == 10 ? 0 : 1;
        } else {
            texts++;
        }
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(unit -> (unit >= '0' && unit <= '9') || unit == '-' || unit == '+');
    }

    private void countWhole(long number) {
        if (number >= Integer.MIN_VALUE && number <= Integer.MAX_VALUE) {
            integers++;
        } else {
            bigints++;
        }
        boolean isSeconds = number >= FIRST_EPOCH && number < LAST_EPOCH;
        boolean isMilliseconds = number >= FIRST_EPOCH * 1_000 && number < LAST_EPOCH * 1_000;
        epochs += isSeconds || isMilliseconds ? 1 : 0;
    }

    /**
     * The narrowest type that holds every value that was seen; VARCHAR when none was.
     *
     * @param name what the field will be called: whole numbers can be a time only when they are called so
     * @param isComma whether the document writes decimal commas
     */
    Type type(String name, boolean isComma) {
        int wholes = integers + bigints;
        if (values == 0 || texts > 0) {
            return Type.VARCHAR;
        }
        if (truths == values) {
            return Type.BOOLEAN;
        }
        if (epochs == values && TIME_NAME.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
            return Type.TIMESTAMP;
        }
        if (wholes == values) {
            return bigints > 0 ? Type.BIGINT : Type.INTEGER;
        }
        if (wholes + (isComma ? commaDecimals : decimals) == values) {
            return Type.DOUBLE;
        }
        if (days == values) {
            return Type.DATE;
        }
        return days + instants == values ? Type.TIMESTAMP : Type.VARCHAR;
    }

    /** Whether values are written with decimal commas and none with points. */
    boolean hasOnlyCommas() {
        return commaDecimals > 0 && decimals == 0 && texts == 0;
    }

    boolean hasPoints() {
        return decimals > 0 && texts == 0;
    }

    /** The null words among the values. */
    Set<String> nullWords() {
        return nullWords;
    }

    /** The value that was seen first; empty when none was. */
    Optional<String> first() {
        return first.isEmpty() ? Optional.empty() : Optional.of(first);
    }

    /** How many values were seen. */
    int values() {
        return values;
    }

    /** How many different values were seen; counted up to a thousand. */
    int distinct() {
        return distinct.size();
    }
}
