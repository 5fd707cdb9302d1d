package io.polder.profile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The types that the columns of table {@code raw} really have, and table {@code data} made of them: column {@code c0} is
 * the first one typed, {@code r0} the same as text where it was one and its type is another.
 */
final class Typing {
    /** Words that stand for no value where all else is of another kind. */
    private static final List<String> NULL_WORDS = List.of(
            "NA", "N/A", "n/a", "na", "NULL", "null", "Null", "None", "none", "NaN", "nan", "-", "--", "?", ".", "\\N",
            "#N/A", "#NULL!", "missing", "(null)", "nil");
    /** These stand for no value even among texts. */
    private static final Set<String> ALWAYS_NULL =
            Set.of("NA", "N/A", "n/a", "NULL", "null", "\\N", "#N/A", "#NULL!", "(null)", "NaN", "nan", "?", "-", "--");

    private static final String TEXT = "text";
    private static final int SAMPLE = 20_000;
    /** The part of the values that must be of a type for it to be the column's. */
    private static final double ENOUGH = 0.95;

    private static final List<String> DATE_FORMATS = List.of(
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%d-%m-%Y",
            "%m-%d-%Y",
            "%d.%m.%Y",
            "%Y/%m/%d",
            "%d/%m/%y",
            "%m/%d/%y",
            "%d %b %Y",
            "%b %d, %Y");
    private static final List<String> TIME_FORMATS = List.of(
            "%d/%m/%Y %H:%M:%S",
            "%m/%d/%Y %H:%M:%S",
            "%d/%m/%Y %H:%M",
            "%m/%d/%Y %H:%M",
            "%m/%d/%Y %I:%M:%S %p",
            "%d-%m-%Y %H:%M:%S",
            "%d-%m-%Y %H:%M",
            "%d.%m.%Y %H:%M:%S",
            "%d.%m.%Y %H:%M",
            "%Y/%m/%d %H:%M:%S");

    /** Names of columns whose digits are a name and not a quantity. */
    private static final Pattern CODE_NAME = Pattern.compile(
            "(.*[^\\p{L}]|)(id|ids|code|codes|nr|no|number|num|key|zip|postcode|postal|phone|tel|fax|nis\\d*|uid|guid|ssn"
                    + "|isbn|ean|sku|icd\\d*|npi|account|nummer|numero)([^\\p{L}].*|)");

    /**
     * A column.
     *
     * @param type as {@link Profile.Column#type}
     * @param storedAs the type in {@code raw}
     * @param wasText whether {@code raw} has texts, so that there can be misfits and null words
     * @param missing what is missing, by its reason
     * @param hasRaw whether there is an {@code r} column
     */
    record Typed(
            int index,
            String name,
            String type,
            String storedAs,
            boolean wasText,
            Profile.MissingBy missing,
            boolean hasRaw) {
        String column() {
            return "c" + index;
        }

        /** The value as the source wrote it. */
        String raw() {
            return hasRaw ? "r" + index : column();
        }

        /** SQL that is true of rows whose text is there and not of the type. */
        String misfits() {
            if (!hasRaw) {
                return "false";
            }
            return column() + " IS NULL AND trim(" + raw() + ") <> ''"
                    + (missing.words().isEmpty()
                            ? ""
                            : " AND trim(" + raw() + ") NOT IN (" + list(missing.words()) + ")");
        }

        boolean isNumber() {
            return type.equals("integer") || type.equals("decimal");
        }

        boolean isTime() {
            return type.equals("date") || type.equals("timestamp");
        }

        boolean isText() {
            return type.equals("text") || type.equals("code");
        }
    }

    private final Workbench bench;
    private final List<String> toldNulls;
    private final Map<String, String> toldTypes;

    private Typing(Workbench bench, List<String> toldNulls, Map<String, String> toldTypes) {
        this.bench = bench;
        this.toldNulls = toldNulls;
        this.toldTypes = toldTypes;
    }

    /**
     * Finds the types and makes {@code data} of {@code raw}, which goes.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param types of columns, by name, where they are not to be found
     */
    static List<Typed> make(Workbench bench, List<String> nulls, Map<String, String> types) {
        return new Typing(bench, nulls, types).make();
    }

    private List<Typed> make() {
        List<List<@Nullable Object>> columns = bench.rows(
                "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'raw' ORDER BY column_index");
        long rows = bench.number("SELECT count(*) FROM raw");
        bench.run("CREATE TEMP TABLE few AS SELECT * FROM raw WHERE rowid % " + Math.max(1, rows / SAMPLE)
                + " = 0 LIMIT " + SAMPLE * 2);
        List<Typed> typed = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        for (int index = 0; index < columns.size(); index++) {
            String name = String.valueOf(columns.get(index).get(0));
            String stored = String.valueOf(columns.get(index).get(1));
            String quoted = "\"" + name.replace("\"", "\"\"") + "\"";
            if (stored.equals("VARCHAR")) {
                text(index, name, quoted, typed, expressions);
            } else {
                String type = declared(stored, name);
                long nulls = rows - bench.number("SELECT count(" + quoted + ") FROM raw");
                Profile.MissingBy missing = new Profile.MissingBy(nulls, 0, 0, 0, List.of());
                typed.add(new Typed(index, name, type, stored.toLowerCase(Locale.ROOT), false, missing, false));
                String expression =
                        switch (type) {
                            case "text" -> "CAST(" + quoted + " AS VARCHAR)";
                            case "code" -> "CAST(" + quoted + " AS VARCHAR)";
                            case "timestamp" -> "CAST(" + quoted + " AS TIMESTAMP)";
                            case "decimal" -> "CAST(" + quoted + " AS DOUBLE)";
                            default -> quoted;
                        };
                expressions.add(expression + " AS c" + index);
            }
        }
        bench.run("DROP TABLE few");
        bench.run("CREATE TABLE data AS SELECT " + String.join(", ", expressions) + " FROM raw");
        bench.run("DROP TABLE raw");
        return typed;
    }

    /** The type of a column that the source itself has typed. */
    private String declared(String stored, String name) {
        String base = stored.replaceAll("\\(.*", "");
        return switch (base) {
            case "TINYINT",
                    "SMALLINT",
                    "INTEGER",
                    "BIGINT",
                    "UTINYINT",
                    "USMALLINT",
                    "UINTEGER",
                    "UBIGINT",
                    "HUGEINT" -> isCodeName(name) ? "code" : "integer";
            case "FLOAT", "DOUBLE", "DECIMAL" -> "decimal";
            case "BOOLEAN" -> "boolean";
            case "DATE" -> "date";
            case "TIME" -> "time";
            default -> base.startsWith("TIMESTAMP") ? "timestamp" : "text";
        };
    }

    static boolean isCodeName(String name) {
        String spaced = name.replaceAll("(\\p{Ll})(\\p{Lu})", "$1 $2").toLowerCase(Locale.ROOT);
        return CODE_NAME.matcher(spaced).matches();
    }

    /** A column of texts: what they really are. */
    private void text(int index, String name, String quoted, List<Typed> typed, List<String> expressions) {
        List<String> words = nullWords(quoted);
        String value = words.isEmpty()
                ? "CASE WHEN trim(" + quoted + ") <> '' THEN " + quoted + " END"
                : "CASE WHEN trim(" + quoted + ") <> '' AND trim(" + quoted + ") NOT IN (" + list(words) + ") THEN "
                        + quoted + " END";
        Map<String, String> casts = new LinkedHashMap<>();
        casts.put(
                "boolean",
                "CASE lower(trim($v)) WHEN 'true' THEN true WHEN 'false' THEN false WHEN 'yes' THEN true"
                        + " WHEN 'no' THEN false END");
        casts.put(
                "integer",
                "CASE WHEN regexp_full_match(trim($v), '[-+]?[0-9]{1,18}') THEN TRY_CAST(trim($v) AS BIGINT) END");
        casts.put("decimal", "CASE WHEN NOT regexp_matches($v, '[xX_]') THEN TRY_CAST(trim($v) AS DOUBLE) END");
        casts.put(
                "decimal,",
                "CASE WHEN regexp_full_match(trim($v), '[-+]?([0-9]{1,3}(\\.[0-9]{3})+|[0-9]+),[0-9]+')"
                        + " OR regexp_full_match(trim($v), '[-+]?[0-9]{1,3}(\\.[0-9]{3})+') OR regexp_full_match(trim($v), '[-+]?[0-9]+')"
                        + " THEN TRY_CAST(replace(replace(trim($v), '.', ''), ',', '.') AS DOUBLE) END");
        // The engine makes a date of a time, too, and forgets the hour.
        casts.put(
                "date",
                "CASE WHEN length(trim($v)) >= 8 AND NOT contains($v, ':') THEN TRY_CAST(trim($v) AS DATE) END");
        casts.put(
                "timestamp",
                "CASE WHEN length(trim($v)) >= 12 THEN CAST(TRY_CAST(trim($v) AS TIMESTAMPTZ) AT TIME ZONE"
                        + " 'UTC' AS TIMESTAMP) END");
        casts.put("time", "CASE WHEN length(trim($v)) >= 4 THEN TRY_CAST(trim($v) AS TIME) END");
        List<@Nullable Object> found = bench.row("SELECT count(v), count_if(v LIKE '0_%' AND regexp_full_match(v,"
                + " '0[0-9]+')), min(length(v)), max(length(v)), count(DISTINCT v), count_if(length(v) BETWEEN 6 AND 30 AND"
                + " regexp_matches(v, '[0-9].*[0-9]'))" + counts(casts) + " FROM (SELECT " + value + " AS v FROM few)");
        long there = number(found.get(0));
        String best = best(name, casts, found.subList(6, found.size()), there);
        if (best.equals(TEXT) && there > 0 && number(found.get(5)) >= ENOUGH * there) {
            for (String format : DATE_FORMATS) {
                casts.put("date " + format, "CAST(try_strptime(trim($v), " + FileSource.text(format) + ") AS DATE)");
            }
            for (String format : TIME_FORMATS) {
                casts.put("timestamp " + format, "try_strptime(trim($v), " + FileSource.text(format) + ")");
            }
            List<@Nullable Object> again =
                    bench.row("SELECT count(v)" + counts(casts) + " FROM (SELECT " + value + " AS v FROM few)");
            best = best(name, casts, again.subList(1, again.size()), there);
        }
        String cast = casts.getOrDefault(best, "");
        String type = best.replaceAll("[ ,].*", "");
        long leadingZeros = number(found.get(1));
        boolean isOfOneLength = number(found.get(2)) == number(found.get(3));
        boolean hasManyValues = number(found.get(4)) > 20;
        if (type.equals("integer")
                && !toldTypes.containsKey(name)
                && (leadingZeros > there / 100
                        || isCodeName(name)
                        || (isOfOneLength && number(found.get(2)) >= 9 && hasManyValues))) {
            type = "code";
        }
        if (type.equals("decimal") && !toldTypes.containsKey(name) && isCodeName(name) && !best.equals("decimal,")) {
            type = "code";
        }
        boolean isTyped = !type.equals("text") && !type.equals("code");
        typed.add(new Typed(index, name, type, "text", true, missing(quoted, words), isTyped));
        if (isTyped) {
            expressions.add(cast.replace("$v", value) + " AS c" + index);
            expressions.add(quoted + " AS r" + index);
        } else {
            expressions.add(value + " AS c" + index);
        }
    }

    private static String counts(Map<String, String> casts) {
        StringBuilder counts = new StringBuilder();
        casts.values().forEach(cast -> counts.append(", count(")
                .append(cast.replace("$v", "v"))
                .append(")"));
        return counts.toString();
    }

    /** The first type that enough values can be read as, and that no later one fits more of. */
    private String best(String name, Map<String, String> casts, List<@Nullable Object> counts, long there) {
        String told = toldTypes.get(name);
        String best = TEXT;
        long most = 0;
        int at = 0;
        for (String candidate : casts.keySet()) {
            long count = number(counts.get(at++));
            boolean isPossible = told == null
                    ? count >= ENOUGH * there
                    : candidate.replaceAll("[ ,].*", "").equals(told);
            if (isPossible && count > most) {
                most = count;
                best = candidate;
            }
        }
        return best;
    }

    private Profile.MissingBy missing(String quoted, List<String> words) {
        List<@Nullable Object> found = bench.row("SELECT count_if(" + quoted + " IS NULL), count_if(" + quoted
                + " = ''), count_if(" + quoted + " <> '' AND trim(" + quoted + ") = ''), "
                + (words.isEmpty() ? "0" : "count_if(trim(" + quoted + ") IN (" + list(words) + "))") + " FROM raw");
        return new Profile.MissingBy(
                number(found.get(0)), number(found.get(1)), number(found.get(2)), number(found.get(3)), words);
    }

    /** The words that stand for no value in a column. */
    private List<String> nullWords(String quoted) {
        List<String> words = new ArrayList<>(toldNulls);
        List<String> known = new ArrayList<>(NULL_WORDS);
        List<List<@Nullable Object>> there = bench.rows("SELECT trim(" + quoted + "), count(*) FROM few WHERE trim("
                + quoted + ") IN (" + list(known) + ") GROUP BY 1 ORDER BY 1");
        if (there.isEmpty()) {
            return words;
        }
        List<@Nullable Object> others =
                bench.row("SELECT count(v), count(TRY_CAST(v AS DOUBLE)), count(TRY_CAST(v AS DATE)),"
                        + " count(TRY_CAST(v AS TIMESTAMPTZ)), count(DISTINCT v) FROM (SELECT trim(" + quoted
                        + ") AS v FROM few) WHERE v <> '' AND v NOT IN (" + list(known) + ")");
        double rest = number(others.get(0));
        boolean isTyped = rest > 0
                && Math.max(number(others.get(1)), Math.max(number(others.get(2)), number(others.get(3))))
                        >= ENOUGH * rest;
        for (List<@Nullable Object> row : there) {
            String word = String.valueOf(row.get(0));
            if (!words.contains(word) && (isTyped || (ALWAYS_NULL.contains(word) && number(others.get(4)) > 1))) {
                words.add(word);
            }
        }
        return words;
    }

    static String list(List<String> words) {
        return String.join(", ", words.stream().map(FileSource::text).toList());
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
