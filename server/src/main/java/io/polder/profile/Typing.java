package io.polder.profile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
    /** Characters of a text that is read by the engine alone. */
    private static final long LONG = 4_096;

    private static final int SAMPLE = 20_000;
    /** Of these so many are looked at first. */
    private static final int FIRST_LOOK = 1_000;
    /** Fewer texts that are there tell nothing. */
    private static final int ENOUGH_TO_TELL = 50;
    /** What fewer of these can be read as is no type of the column: some more than {@link #ENOUGH} lacks. */
    private static final double LIKELY = 0.8;
    /** So many columns are asked of at a time. */
    private static final int TOGETHER = 20;
    /** The part of the values that must be of a type for it to be the column's. */
    private static final double ENOUGH = 0.95;

    /** A smaller table is copied, and one of more columns: each question of a view costs time for each of them. */
    private static final long LARGE = 100_000;

    private static final int WIDE = 1_000;
    /** To read a text as something else again at each question costs what copying so many columns does. */
    private static final long COPIED = 16;

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

    /** What each of these formats begins with, and digits beyond. */
    private static final String LIKE_A_DATE = "^\\s*([0-9]{1,4}[-/. ]|[A-Za-z]+ +[0-9]).*[0-9]";

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
     * @param isLong whether there may be texts of more than some thousand characters
     */
    record Typed(
            int index,
            String name,
            String type,
            String storedAs,
            boolean wasText,
            Profile.MissingBy missing,
            boolean hasRaw,
            boolean isLong) {
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
    /** Columns that are not what {@code raw} has. */
    private int costly;

    private Typing(Workbench bench, List<String> toldNulls, Map<String, String> toldTypes) {
        this.bench = bench;
        this.toldNulls = toldNulls;
        this.toldTypes = toldTypes;
    }

    /**
     * Finds the types and makes table {@code data} of {@code raw}, which goes.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param types of columns, by name, where they are not to be found
     */
    static List<Typed> make(Workbench bench, List<String> nulls, Map<String, String> types) {
        return new Typing(bench, nulls, types).make(false);
    }

    /** Like {@link #make}; of a large {@code raw} that has its types already, {@code data} is a view. */
    static List<Typed> look(Workbench bench, List<String> nulls) {
        return new Typing(bench, nulls, Map.of()).make(true);
    }

    /** A column of {@code raw}. */
    private record Stored(int index, String name, String type) {
        String quoted() {
            return "\"" + name.replace("\"", "\"\"") + "\"";
        }

        boolean isText() {
            return type.equals("VARCHAR");
        }
    }

    private List<Typed> make(boolean isLook) {
        List<Stored> columns = new ArrayList<>();
        for (List<@Nullable Object> row :
                bench.rows("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'raw'"
                        + (bench.isView("raw") ? " AND column_name <> 'rowid'" : "") + " ORDER BY column_index")) {
            columns.add(new Stored(columns.size(), String.valueOf(row.get(0)), String.valueOf(row.get(1))));
        }
        long rows = bench.number("SELECT count(*) FROM raw");
        Map<Integer, Typed> typed = new TreeMap<>();
        Map<Integer, String> expressions = new TreeMap<>();
        costly = 0;
        texts(columns.stream().filter(Stored::isText).toList(), rows, typed, expressions);
        others(columns.stream().filter(column -> !column.isText()).toList(), rows, typed, expressions);
        String all = String.join(", ", expressions.values());
        boolean isCheap = costly * COPIED <= columns.size() && columns.size() <= WIDE && rows >= LARGE;
        if (isLook
                && isCheap
                && columns.stream().noneMatch(column -> column.name().equalsIgnoreCase("rowid"))) {
            bench.run("CREATE VIEW data AS SELECT " + all + ", rowid FROM raw");
        } else {
            bench.run("CREATE TABLE data AS SELECT " + all + " FROM raw");
            bench.drop("raw");
        }
        return List.copyOf(typed.values());
    }

    /** A table of a thousand columns is asked of many at a time: a question costs more than its answer. */
    private <T> List<List<@Nullable Object>> together(
            List<T> columns, Function<T, List<String>> aggregates, String from) {
        List<List<@Nullable Object>> answers = new ArrayList<>();
        for (int begin = 0; begin < columns.size(); begin += TOGETHER) {
            List<List<String>> questions = columns.subList(begin, Math.min(columns.size(), begin + TOGETHER)).stream()
                    .map(aggregates)
                    .toList();
            List<@Nullable Object> all = bench.row("SELECT "
                    + questions.stream().flatMap(List::stream).collect(Collectors.joining(", ")) + " FROM " + from);
            int at = 0;
            for (List<String> question : questions) {
                answers.add(all.subList(at, at + question.size()));
                at += question.size();
            }
        }
        return answers;
    }

    private void others(List<Stored> columns, long rows, Map<Integer, Typed> typed, Map<Integer, String> expressions) {
        List<List<@Nullable Object>> counts =
                together(columns, column -> List.of("count(" + column.quoted() + ")"), "raw");
        for (int at = 0; at < columns.size(); at++) {
            Stored column = columns.get(at);
            String type = declared(column.type(), column.name());
            Profile.MissingBy missing =
                    new Profile.MissingBy(rows - number(counts.get(at).get(0)), 0, 0, 0, List.of());
            int index = column.index();
            typed.put(
                    index,
                    new Typed(
                            index,
                            column.name(),
                            type,
                            column.type().toLowerCase(Locale.ROOT),
                            false,
                            missing,
                            false,
                            type.equals(TEXT)));
            String quoted = column.quoted();
            String expression =
                    switch (type) {
                        case "text" -> {
                            costly++;
                            yield "CAST(" + quoted + " AS VARCHAR)";
                        }
                        case "code" -> "CAST(" + quoted + " AS VARCHAR)";
                        case "timestamp" -> "CAST(" + quoted + " AS TIMESTAMP)";
                        case "decimal" -> "CAST(" + quoted + " AS DOUBLE)";
                        default -> quoted;
                    };
            expressions.put(index, expression + " AS c" + index);
        }
    }

    /** Columns of texts: what they really are. */
    private void texts(List<Stored> columns, long rows, Map<Integer, Typed> typed, Map<Integer, String> expressions) {
        if (columns.isEmpty()) {
            return;
        }
        String quoted = columns.stream().map(Stored::quoted).collect(Collectors.joining(", "));
        bench.run("CREATE TEMP TABLE few AS SELECT " + quoted + " FROM raw WHERE rowid % " + Math.max(1, rows / SAMPLE)
                + " = 0 LIMIT " + SAMPLE * 2);
        Map<Stored, List<String>> words = nullWords(columns);
        bench.run("CREATE TEMP TABLE filled AS SELECT "
                + columns.stream()
                        .map(column -> value(column.quoted(), Objects.requireNonNull(words.get(column))) + " AS v"
                                + column.index())
                        .collect(Collectors.joining(", "))
                + " FROM few");
        Map<Stored, Set<String>> likely = likely(columns, LOOKS);
        List<List<@Nullable Object>> shapes = together(
                columns, column -> shape("v" + column.index(), Objects.requireNonNull(likely.get(column))), "filled");
        Map<Stored, List<@Nullable Object>> dated = dated(columns, shapes);
        List<List<@Nullable Object>> missing =
                together(columns, column -> missing(column.quoted(), Objects.requireNonNull(words.get(column))), "raw");
        for (int at = 0; at < columns.size(); at++) {
            Stored column = columns.get(at);
            List<String> known = Objects.requireNonNull(words.get(column));
            List<@Nullable Object> lacks = missing.get(at);
            Profile.MissingBy by = new Profile.MissingBy(
                    number(lacks.get(0)), number(lacks.get(1)), number(lacks.get(2)), number(lacks.get(3)), known);
            text(column, shapes.get(at), dated.getOrDefault(column, List.of()), by, typed, expressions);
        }
        bench.run("DROP TABLE filled");
        bench.run("DROP TABLE few");
    }

    /**
     * What the texts of each column can be, by a first look at some rows: to read all in all ways takes as long as all else.
     *
     * @param all what there is
     */
    private Map<Stored, Set<String>> likely(List<Stored> columns, Map<String, String> all) {
        boolean isFew = bench.number("SELECT count(*) FROM filled") < 2 * FIRST_LOOK;
        List<List<@Nullable Object>> looks = isFew
                ? List.of()
                : together(
                        columns,
                        column -> counts(all, "v" + column.index(), all.keySet()),
                        "(SELECT * FROM filled WHERE hash(rowid) % " + SAMPLE / FIRST_LOOK + " = 0)");
        Map<Stored, Set<String>> likely = new HashMap<>();
        for (int at = 0; at < columns.size(); at++) {
            Set<String> some = new HashSet<>(all.keySet());
            if (!isFew && !toldTypes.containsKey(columns.get(at).name())) {
                Iterator<@Nullable Object> counts = looks.get(at).iterator();
                double there = number(counts.next());
                all.keySet().forEach(each -> {
                    if (number(counts.next()) < LIKELY * there && there >= ENOUGH_TO_TELL) {
                        some.remove(each);
                    }
                });
            }
            likely.put(columns.get(at), some);
        }
        return likely;
    }

    /** How many texts there are, and how many of them can be read in each of the ways that are likely; 0 for the others. */
    private static List<String> counts(Map<String, String> all, String v, Set<String> likely) {
        List<String> counts = new ArrayList<>(List.of("count(" + v + ")"));
        all.forEach((name, cast) -> counts.add(likely.contains(name) ? "count(" + cast.replace("$v", v) + ")" : "0"));
        return counts;
    }

    /** How many values of each column that may be of dates and of nothing simpler can be read in which way. */
    private Map<Stored, List<@Nullable Object>> dated(List<Stored> columns, List<List<@Nullable Object>> shapes) {
        List<Stored> asked = new ArrayList<>();
        for (int at = 0; at < columns.size(); at++) {
            List<@Nullable Object> found = shapes.get(at);
            long there = number(found.get(4));
            boolean isText = best(columns.get(at).name(), CASTS, found.subList(6, found.size()), there)
                    .equals(TEXT);
            if (isText && there > 0 && number(found.get(5)) >= ENOUGH * there) {
                asked.add(columns.get(at));
            }
        }
        Map<Stored, Set<String>> likely = likely(asked, DATED);
        List<List<@Nullable Object>> answers = together(
                asked,
                column -> counts(DATED, "v" + column.index(), Objects.requireNonNull(likely.get(column))),
                "filled");
        Map<Stored, List<@Nullable Object>> dated = new HashMap<>();
        for (int at = 0; at < asked.size(); at++) {
            dated.put(asked.get(at), answers.get(at).subList(1, answers.get(at).size()));
        }
        return dated;
    }

    /** The value of a text column where it is one, and NULL where it stands for none. */
    private static String value(String quoted, List<String> words) {
        return words.isEmpty()
                ? "CASE WHEN trim(" + quoted + ") <> '' THEN " + quoted + " END"
                : "CASE WHEN trim(" + quoted + ") <> '' AND trim(" + quoted + ") NOT IN (" + list(words) + ") THEN "
                        + quoted + " END";
    }

    /** The type of a column that is not of texts. */
    private static String declared(String stored, String name) {
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

    /** What texts can be read as; $v is the text. */
    private static final Map<String, String> CASTS = casts();

    private static Map<String, String> casts() {
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
        return Collections.unmodifiableMap(casts);
    }

    /** Whether a text is like a date in some order, and what it can be read as. */
    private static final Map<String, String> LOOKS = looks();

    private static Map<String, String> looks() {
        Map<String, String> looks = new LinkedHashMap<>();
        looks.put(
                "like a date",
                "CASE WHEN length($v) BETWEEN 6 AND 30 AND regexp_matches($v, " + FileSource.text(LIKE_A_DATE)
                        + ") THEN true END");
        looks.putAll(CASTS);
        return Collections.unmodifiableMap(looks);
    }

    /** These, and dates in other orders. */
    private static final Map<String, String> DATED = dated();

    private static Map<String, String> dated() {
        Map<String, String> casts = new LinkedHashMap<>(CASTS);
        for (String format : DATE_FORMATS) {
            casts.put("date " + format, "CAST(try_strptime(trim($v), " + FileSource.text(format) + ") AS DATE)");
        }
        for (String format : TIME_FORMATS) {
            casts.put("timestamp " + format, "try_strptime(trim($v), " + FileSource.text(format) + ")");
        }
        return Collections.unmodifiableMap(casts);
    }

    /** What {@link #text} wants to know of a column. */
    private static List<String> shape(String v, Set<String> likely) {
        List<String> questions = new ArrayList<>(List.of(
                "count_if(" + v + " LIKE '0_%' AND regexp_full_match(" + v + ", '0[0-9]+'))",
                "min(length(" + v + "))",
                "max(length(" + v + "))",
                "approx_count_distinct(" + v + ")"));
        questions.addAll(counts(LOOKS, v, likely));
        return questions;
    }

    private void text(
            Stored column,
            List<@Nullable Object> found,
            List<@Nullable Object> dated,
            Profile.MissingBy missing,
            Map<Integer, Typed> typed,
            Map<Integer, String> expressions) {
        int index = column.index();
        String name = column.name();
        String quoted = column.quoted();
        boolean isAsItIs = missing.empty() + missing.blank() + missing.word() == 0;
        String value = isAsItIs ? quoted : value(quoted, missing.words());
        long there = number(found.get(4));
        Map<String, String> casts = dated.isEmpty() ? CASTS : DATED;
        String best = best(name, casts, dated.isEmpty() ? found.subList(6, found.size()) : dated, there);
        String cast = casts.getOrDefault(best, "");
        String type = best.replaceAll("[ ,].*", "");
        long leadingZeros = number(found.get(0));
        boolean isOfOneLength = number(found.get(1)) == number(found.get(2));
        boolean hasManyValues = number(found.get(3)) > 20;
        if (type.equals("integer")
                && !toldTypes.containsKey(name)
                && (leadingZeros > there / 100
                        || isCodeName(name)
                        || (isOfOneLength && number(found.get(1)) >= 9 && hasManyValues))) {
            type = "code";
        }
        if (type.equals("decimal") && !toldTypes.containsKey(name) && isCodeName(name) && !best.equals("decimal,")) {
            type = "code";
        }
        boolean isTyped = !type.equals("text") && !type.equals("code");
        costly += isTyped || !isAsItIs ? 1 : 0;
        boolean isLong = number(found.get(2)) > LONG;
        typed.put(index, new Typed(index, name, type, "text", true, missing, isTyped, isLong));
        expressions.put(
                index,
                isTyped
                        ? cast.replace("$v", value) + " AS c" + index + ", " + quoted + " AS r" + index
                        : value + " AS c" + index);
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

    private static List<String> missing(String quoted, List<String> words) {
        return List.of(
                "count_if(" + quoted + " IS NULL)",
                "count_if(" + quoted + " = '')",
                // To trim is dear, and what begins with a sign or letter of ASCII is not blank.
                "count_if(CASE WHEN " + quoted + " < '!' OR " + quoted + " > '~' THEN " + quoted + " <> '' AND trim("
                        + quoted + ") = '' ELSE false END)",
                words.isEmpty() ? "0" : "count_if(trim(" + quoted + ") IN (" + list(words) + "))");
    }

    /** The words that stand for no value, in each column. */
    private Map<Stored, List<String>> nullWords(List<Stored> columns) {
        List<List<@Nullable Object>> there = together(
                columns,
                column -> List.of("list_sort(list(DISTINCT trim(" + column.quoted() + ")) FILTER (trim("
                        + column.quoted() + ") IN (" + list(NULL_WORDS) + ")))"),
                "few");
        Map<Stored, List<String>> words = new HashMap<>();
        for (int at = 0; at < columns.size(); at++) {
            Stored column = columns.get(at);
            words.put(
                    column,
                    nullWords(column.quoted(), Profiler.array(there.get(at).get(0))));
        }
        return words;
    }

    private List<String> nullWords(String quoted, Object[] there) {
        List<String> words = new ArrayList<>(toldNulls);
        if (there.length == 0) {
            return words;
        }
        List<@Nullable Object> others =
                bench.row("SELECT count(v), count(TRY_CAST(v AS DOUBLE)), count(TRY_CAST(v AS DATE)),"
                        + " count(TRY_CAST(v AS TIMESTAMPTZ)), count(DISTINCT v) FROM (SELECT trim(" + quoted
                        + ") AS v FROM few) WHERE v <> '' AND v NOT IN (" + list(NULL_WORDS) + ")");
        double rest = number(others.get(0));
        boolean isTyped = rest > 0
                && Math.max(number(others.get(1)), Math.max(number(others.get(2)), number(others.get(3))))
                        >= ENOUGH * rest;
        for (Object each : there) {
            String word = String.valueOf(each);
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
