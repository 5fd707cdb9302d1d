package io.polder.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the engine must be taught before it can run what comes out of {@link Impala}: macros in a database of their own, in
 * memory, so that none takes the place of something built in and none stands in the store's file. Most tell apart by the type of their argument, which the rewriter
 * cannot know: a text is read, a day is a midnight, what cannot be converted is NULL.
 */
public final class ImpalaMacros {
    private static final String DATABASE = "impala";

    private static final String WHOLE = "'\\s*[-+]?[0-9]+\\s*'";

    private record Macro(String name, String... overloads) {}

    private static final List<Macro> MACROS = List.of(
            // ---- what a value is as another type; NULL when it is nothing
            new Macro(
                    "ts",
                    "(x TIMESTAMP) AS x",
                    "(x DATE) AS x::TIMESTAMP",
                    "(x VARCHAR) AS TRY_CAST(x AS TIMESTAMP)",
                    "(x TIMESTAMPTZ) AS timezone('UTC', x)"),
            new Macro(
                    "at",
                    "(x BIGINT) AS CASE WHEN x BETWEEN -17987443200 AND 253402300799 THEN make_timestamp(x * 1000000)"
                            + " END"),
            new Macro(
                    "to_timestamp",
                    "(x TIMESTAMP) AS x",
                    "(x DATE) AS x::TIMESTAMP",
                    "(x VARCHAR) AS TRY_CAST(x AS TIMESTAMP)",
                    "(x TIMESTAMPTZ) AS timezone('UTC', x)",
                    "(x BOOLEAN) AS make_timestamp(x::BIGINT * 1000000)",
                    "(x BIGINT) AS impala.at(x)",
                    "(x DOUBLE) AS CASE WHEN x BETWEEN -17987443200 AND 253402300799 THEN make_timestamp(floor(x *"
                            + " 1000000)::BIGINT) END"),
            new Macro(
                    "to_date",
                    "(x DATE) AS x",
                    "(x TIMESTAMP) AS x::DATE",
                    "(x TIMESTAMPTZ) AS timezone('UTC', x)::DATE",
                    "(x VARCHAR) AS TRY_CAST(x AS DATE)"),
            new Macro(
                    "to_bigint",
                    "(x BIGINT) AS x",
                    "(x HUGEINT) AS TRY_CAST(x AS BIGINT)",
                    "(x DOUBLE) AS TRY_CAST(trunc(x) AS BIGINT)",
                    "(x BOOLEAN) AS x::BIGINT",
                    "(x TIMESTAMP) AS CAST(floor(epoch(x)) AS BIGINT)",
                    "(x TIMESTAMPTZ) AS CAST(floor(epoch(x)) AS BIGINT)",
                    "(x VARCHAR) AS CASE WHEN regexp_full_match(x, " + WHOLE + ") THEN TRY_CAST(x AS BIGINT) END"),
            new Macro("to_int", narrow("INTEGER", "4294967295", "2147483648")),
            new Macro("to_smallint", narrow("SMALLINT", "65535", "32768")),
            new Macro("to_tinyint", narrow("TINYINT", "255", "128")),
            new Macro(
                    "to_double",
                    "(x DOUBLE) AS x",
                    "(x BOOLEAN) AS x::DOUBLE",
                    "(x TIMESTAMP) AS epoch(x)",
                    "(x TIMESTAMPTZ) AS epoch(x)",
                    "(x VARCHAR) AS TRY_CAST(x AS DOUBLE)"),
            new Macro(
                    "to_boolean",
                    "(x BOOLEAN) AS x",
                    "(x BIGINT) AS x <> 0",
                    "(x DOUBLE) AS x <> 0",
                    "(x VARCHAR) AS CASE lower(trim(x)) WHEN 'true' THEN true WHEN 'false' THEN false END"),
            new Macro(
                    "to_string",
                    "(x BOOLEAN) AS CASE WHEN x THEN '1' WHEN NOT x THEN '0' END",
                    "(x DOUBLE) AS regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')",
                    "(x FLOAT) AS regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')",
                    "(x TIMESTAMP) AS CASE WHEN microsecond(x) % 1000000 = 0 THEN strftime(x, '%Y-%m-%d %H:%M:%S')"
                            + " ELSE strftime(x, '%Y-%m-%d %H:%M:%S.%n') END",
                    "(x) AS CAST(x AS VARCHAR)"),
            // ---- a moment in the type of another: trunc of a day is a day
            new Macro("same", "(x DATE, y) AS CAST(y AS DATE)", "(x, y) AS y"),
            // ---- whole numbers: two of them give a BIGINT, as in Impala
            new Macro(
                    "add",
                    "(a BIGINT, b BIGINT) AS a + b",
                    "(a VARCHAR, b INTERVAL) AS TRY_CAST(a AS TIMESTAMP) + b",
                    "(a DATE, b INTERVAL) AS CAST(a + b AS DATE)",
                    "(a, b) AS a + b"),
            new Macro(
                    "subtract",
                    "(a BIGINT, b BIGINT) AS a - b",
                    "(a VARCHAR, b INTERVAL) AS TRY_CAST(a AS TIMESTAMP) - b",
                    "(a DATE, b INTERVAL) AS CAST(a - b AS DATE)",
                    "(a, b) AS a - b"),
            new Macro("multiply", "(a BIGINT, b BIGINT) AS a * b", "(a, b) AS a * b"),
            new Macro("divide", "(a BIGINT, b BIGINT) AS a // b"),
            // ---- days and intervals
            new Macro(
                    "date_add",
                    "(t TIMESTAMP, i INTERVAL) AS t + i",
                    "(t TIMESTAMP, n BIGINT) AS t + to_days(n::INTEGER)",
                    "(t DATE, i INTERVAL) AS CAST(t + i AS DATE)",
                    "(t DATE, n BIGINT) AS t + n::INTEGER",
                    "(t VARCHAR, i INTERVAL) AS TRY_CAST(t AS TIMESTAMP) + i",
                    "(t VARCHAR, n BIGINT) AS TRY_CAST(t AS TIMESTAMP) + to_days(n::INTEGER)"),
            new Macro(
                    "date_sub",
                    "(t TIMESTAMP, i INTERVAL) AS t - i",
                    "(t TIMESTAMP, n BIGINT) AS t - to_days(n::INTEGER)",
                    "(t DATE, i INTERVAL) AS CAST(t - i AS DATE)",
                    "(t DATE, n BIGINT) AS t - n::INTEGER",
                    "(t VARCHAR, i INTERVAL) AS TRY_CAST(t AS TIMESTAMP) - i",
                    "(t VARCHAR, n BIGINT) AS TRY_CAST(t AS TIMESTAMP) - to_days(n::INTEGER)"),
            new Macro(
                    "months",
                    "(t TIMESTAMP, n INTEGER) AS " + months("t"),
                    "(t DATE, n INTEGER) AS CAST(" + months("CAST(t AS TIMESTAMP)") + " AS DATE)",
                    "(t VARCHAR, n INTEGER) AS " + months("TRY_CAST(t AS TIMESTAMP)")),
            // ---- numbers
            new Macro(
                    "round",
                    "(x BIGINT) AS x",
                    "(x DOUBLE) AS round(x)",
                    "(x VARCHAR) AS round(TRY_CAST(x AS DOUBLE))",
                    "(x) AS round(x)"),
            new Macro("truncate", "(x BIGINT) AS x", "(x DOUBLE) AS trunc(x)", "(x) AS trunc(x)"),
            new Macro("truncate_at", "(x BIGINT, n) AS x", "(x, n) AS trunc(x * power(10, n)) / power(10, n)"),
            new Macro("ceil", "(x BIGINT) AS x", "(x) AS ceil(x)"),
            new Macro("floor", "(x BIGINT) AS x", "(x) AS floor(x)"),
            new Macro("hex", "(x BIGINT) AS upper(to_hex(x))", "(x VARCHAR) AS upper(hex(x))"),
            // ---- texts
            new Macro("repeat", repeated("(x, n)", "strlen(x) * greatest(n, 0)", "repeat(x, greatest(n, 0))")),
            new Macro("lpad", repeated("(x, n, y)", "4 * n", "lpad(x, n::INTEGER, y)")),
            new Macro("rpad", repeated("(x, n, y)", "4 * n", "rpad(x, n::INTEGER, y)")),
            new Macro(
                    "initcap",
                    "(x) AS array_to_string(list_transform(string_split(lower(x), ' '), lambda w: upper(w[1]) || w[2:]),"
                            + " ' ')"),
            new Macro(
                    "substr",
                    "(x, n) AS CASE WHEN n > 0 THEN substr(x, n) WHEN n < 0 AND -n <= length(x) THEN substr(x, n)"
                            + " WHEN x IS NOT NULL AND n IS NOT NULL THEN '' END"),
            new Macro(
                    "substr_of",
                    "(x, n, m) AS CASE WHEN m < 0 OR n = 0 OR -n > length(x) THEN '' WHEN n > 0 THEN substr(x, n, m)"
                            + " ELSE substr(x, length(x) + n + 1, m) END"),
            new Macro(
                    "locate",
                    "(s, x, n) AS CASE WHEN n < 1 OR n > length(x) THEN 0 WHEN instr(substr(x, n), s) = 0 THEN 0"
                            + " ELSE (instr(substr(x, n), s) + n - 1)::INTEGER END"),
            new Macro(
                    "type_name",
                    "(t) AS CASE WHEN t = 'VARCHAR' THEN 'STRING' WHEN t = 'INTEGER' THEN 'INT' WHEN t = 'HUGEINT' THEN"
                            + " 'BIGINT' WHEN t = 'BLOB' THEN 'BINARY' ELSE t END"));

    private static final Set<String> NAMES = MACROS.stream().map(Macro::name).collect(Collectors.toUnmodifiableSet());

    private ImpalaMacros() {}

    /** How many bytes of text a row may repeat when the number is not written down. */
    public static final int MOST_REPEATED = 32 << 10;

    /** The names of the macros. */
    public static Set<String> names() {
        return NAMES;
    }

    private static String repeated(String parameters, String bytes, String repeat) {
        return parameters + " AS CASE WHEN " + bytes + " > " + MOST_REPEATED + " THEN error('more than " + MOST_REPEATED
                + " bytes are repeated for a row; write the number as a literal, or make it smaller') ELSE " + repeat
                + " END";
    }

    /** The statements that teach them, to be run in order and before external access is locked; twice is as once. */
    public static List<String> definitions() {
        List<String> statements = new ArrayList<>();
        statements.add("ATTACH IF NOT EXISTS ':memory:' AS " + DATABASE);
        for (Macro macro : MACROS) {
            statements.add("CREATE OR REPLACE MACRO " + DATABASE + ".main." + macro.name()
                    + String.join(", ", macro.overloads()));
        }
        return List.copyOf(statements);
    }

    /** From the last day of a month to the last day of another; else the day stays, when the other month has it. */
    private static String months(String moment) {
        return "CASE WHEN last_day(" + moment + ") = " + moment + "::DATE THEN last_day(" + moment
                + " + to_months(n)) + (" + moment + " - date_trunc('day', " + moment + ")) ELSE " + moment
                + " + to_months(n) END";
    }

    /** Whole numbers that do not fit wrap around; fractions and texts that do not are NULL. */
    private static String[] narrow(String type, String mask, String sign) {
        return new String[] {
            "(x " + type + ") AS x",
            "(x BIGINT) AS (xor(x & " + mask + ", " + sign + ") - " + sign + ")::" + type,
            "(x HUGEINT) AS TRY_CAST(x AS " + type + ")",
            "(x DOUBLE) AS TRY_CAST(trunc(x) AS " + type + ")",
            "(x BOOLEAN) AS x::" + type,
            "(x TIMESTAMP) AS TRY_CAST(floor(epoch(x)) AS " + type + ")",
            "(x VARCHAR) AS CASE WHEN regexp_full_match(x, " + WHOLE + ") THEN TRY_CAST(x AS " + type + ") END"
        };
    }
}
