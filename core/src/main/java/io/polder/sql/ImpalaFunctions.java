package io.polder.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The functions of the dialect, one rule for each form. The page docs/sql.md and the tests are made from here: what
 * stands behind a rule are expressions with their values, as Impala documents them.
 */
public final class ImpalaFunctions {
    private static final List<Function> RULES = new ArrayList<>();
    private static final Map<String, List<Function>> BY_NAME = new TreeMap<>();

    private ImpalaFunctions() {}

    private static String group = "";

    private static void group(String name) {
        group = name;
    }

    /** A rule; {@code examples} are written {@code expression = value}. */
    private static void rule(String signature, String template, String says, String... examples) {
        List<Function.Example> parsed = Arrays.stream(examples)
                .map(example -> {
                    int equals = example.lastIndexOf(" = ");
                    return new Function.Example(example.substring(0, equals), example.substring(equals + 3));
                })
                .toList();
        Function rule = new Function(group, signature, template, says, parsed);
        RULES.add(rule);
        BY_NAME.computeIfAbsent(rule.name(), name -> new ArrayList<>()).add(rule);
    }

    static {
        dates();
        conversions();
        texts();
        numbers();
        bits();
        conditions();
        aggregates();
        analytics();
        rest();
    }

    /** All rules, in the order of the documentation. */
    static List<Function> rules() {
        return List.copyOf(RULES);
    }

    /** The rules of a function, in any case; empty when there is none. */
    static List<Function> named(String name) {
        return BY_NAME.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** The names of all functions, sorted. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    private static void dates() {
        group("Dates and times");
        rule("now()", "timezone('UTC', now())", "The moment at which the statement began, in UTC.");
        rule("current_timestamp()", "timezone('UTC', now())", "The same as now(); also without brackets.");
        rule("utc_timestamp()", "timezone('UTC', now())", "The same as now().");
        rule("current_date()", "CAST(timezone('UTC', now()) AS DATE)", "Today in UTC; also without brackets.");
        rule("timeofday()", "strftime(timezone('UTC', now()), '%a %b %d %H:%M:%S %Y UTC')", "Now, as text.");
        rule(
                "from_unixtime(seconds)",
                "strftime($local(impala.at(impala.to_bigint($seconds))), '%Y-%m-%d %H:%M:%S')",
                "The moment as text, in UTC or in the zone that the session's timezone names.",
                "from_unixtime(1392394861) = 2014-02-14 16:21:01",
                "from_unixtime(-1) = 1969-12-31 23:59:59",
                "from_unixtime(NULL) = NULL");
        rule(
                "from_unixtime(seconds, pattern)",
                "strftime($local(impala.at(impala.to_bigint($seconds))), $pattern(pattern))",
                "Patterns are made of yyyy, yy, MMM, MM, M, dd, d, HH, H, mm, m, ss, s, SSS and what is not a letter;"
                        + " they must be literals.",
                "from_unixtime(1392394861, 'yyyy-MM-dd') = 2014-02-14",
                "from_unixtime(1392394861, 'HH') = 16",
                "from_unixtime(1392394861, 'yyyy-MM-dd HH:mm:ss.SSS') = 2014-02-14 16:21:01.000",
                "from_unixtime(1392394861, 'd MMM yy') = 14 Feb 14");
        rule(
                "unix_timestamp()",
                "CAST(epoch(now()) AS BIGINT)",
                "Seconds since 1970, now.",
                "unix_timestamp() > 1500000000 = true");
        rule(
                "unix_timestamp(moment)",
                "impala.to_bigint($utc(impala.ts($moment)))",
                "Seconds since 1970; a fraction is cut off.",
                "unix_timestamp('2014-02-14 16:21:01') = 1392394861",
                "unix_timestamp('1970-01-01 00:00:00.9') = 0",
                "unix_timestamp('not a time') = NULL");
        rule(
                "unix_timestamp(text, pattern)",
                "impala.to_bigint($utc(try_strptime($text, $pattern(pattern))))",
                "",
                "unix_timestamp('1970-01-02 00:00', 'yyyy-MM-dd HH:mm') = 86400",
                "unix_timestamp('02/01/1970', 'dd/MM/yyyy') = 86400",
                "unix_timestamp('x', 'dd/MM/yyyy') = NULL");
        rule(
                "to_timestamp(seconds)",
                "impala.to_timestamp($seconds)",
                "",
                "to_timestamp(24 * 60 * 60) = 1970-01-02 00:00:00");
        rule(
                "to_timestamp(text, pattern)",
                "try_strptime($text, $pattern(pattern))",
                "",
                "to_timestamp('Sep 25, 1984', 'MMM dd, yyyy') = 1984-09-25 00:00:00",
                "to_timestamp('1984/09/25', 'yyyy/MM/dd') = 1984-09-25 00:00:00");
        rule(
                "from_timestamp(moment, pattern)",
                "strftime(impala.ts($moment), $pattern(pattern))",
                "",
                "from_timestamp('2017-01-31 10:11:12', 'yyyy/MM/dd') = 2017/01/31");
        rule(
                "to_date(moment)",
                "strftime(impala.ts($moment), '%Y-%m-%d')",
                "The day as text.",
                "to_date('2017-01-31 10:11:12') = 2017-01-31",
                "to_date(NULL) = NULL");
        rule(
                "from_utc_timestamp(moment, zone)",
                "timezone($zone, timezone('UTC', impala.ts($moment)))",
                "What the clock shows in a zone.",
                "from_utc_timestamp('2024-07-01 00:00:00', 'Europe/Brussels') = 2024-07-01 02:00:00",
                "from_utc_timestamp('2024-01-01 00:00:00', 'Europe/Brussels') = 2024-01-01 01:00:00");
        rule(
                "to_utc_timestamp(moment, zone)",
                "timezone('UTC', timezone($zone, impala.ts($moment)))",
                "",
                "to_utc_timestamp('2024-07-01 02:00:00', 'Europe/Brussels') = 2024-07-01 00:00:00");
        rule(
                "unix_micros_to_utc_timestamp(micros)",
                "make_timestamp(impala.to_bigint($micros))",
                "",
                "unix_micros_to_utc_timestamp(1500000) = 1970-01-01 00:00:01.5");
        rule(
                "utc_to_unix_micros(moment)",
                "epoch_us(impala.ts($moment))",
                "",
                "utc_to_unix_micros('1970-01-01 00:00:01.5') = 1500000");
        part("year", "year", "year('2017-02-03 04:05:06') = 2017", "year('nonsense') = NULL");
        part("quarter", "quarter", "quarter('2017-02-03') = 1");
        part("month", "month", "month('2017-02-03') = 2");
        part("weekofyear", "week", "weekofyear('2021-01-03') = 53");
        part("week", "week", "week('2021-01-04') = 1");
        part("dayofyear", "doy", "dayofyear('2016-12-31') = 366");
        part("day", "day", "day('2017-02-03') = 3", "day('2017-02-30') = NULL");
        part("dayofmonth", "day", "dayofmonth('2017-02-03') = 3");
        rule(
                "dayofweek(moment)",
                "(CAST(date_part('dow', impala.ts($moment)) AS INTEGER) + 1)",
                "1 is Sunday, 7 is Saturday.",
                "dayofweek('2024-01-07') = 1",
                "dayofweek('2024-01-06') = 7",
                "dayofweek(date '2024-01-01') = 2",
                "dayofweek(NULL) = NULL");
        part("hour", "hour", "hour('2017-02-03 04:05:06') = 4");
        part("minute", "minute", "minute('2017-02-03 04:05:06') = 5");
        part("second", "second", "second('2017-02-03 04:05:06.7') = 6");
        rule(
                "millisecond(moment)",
                "CAST(date_part('millisecond', impala.ts($moment)) % 1000 AS INTEGER)",
                "",
                "millisecond('2017-02-03 04:05:06.789') = 789");
        rule("dayname(moment)", "dayname(impala.ts($moment))", "", "dayname('2024-01-07') = Sunday");
        rule("monthname(moment)", "monthname(impala.ts($moment))", "", "monthname('2024-01-07') = January");
        rule(
                "extract(moment, unit)",
                "@part",
                "Also extract(unit FROM moment). Units: epoch, millisecond (with the seconds), second, minute, hour,"
                        + " day, week, month, quarter, year.",
                "extract(day from date '2019-08-17') = 17",
                "extract(cast('2006-05-12 18:27:28.123456' as timestamp), 'MILLISECOND') = 28123",
                "extract(quarter from '2024-05-01') = 2");
        rule("date_part(unit, moment)", "@part", "", "date_part('year', '2017-02-03') = 2017");
        rule(
                "trunc(moment, unit)",
                "@trunc",
                "Units: Y, YY, YYY, YYYY, SYYYY, YEAR, SYEAR; Q; MONTH, MON, MM, RM; WW (weeks from the 1st of"
                        + " January), W (weeks from the 1st of the month); DAY, DY, D (Monday); DDD, DD, J; HH, HH12,"
                        + " HH24; MI. Of a number: see there.",
                "trunc('2024-05-17 12:34:56', 'YYYY') = 2024-01-01 00:00:00",
                "trunc('2024-05-17 12:34:56', 'Q') = 2024-04-01 00:00:00",
                "trunc('2024-05-17 12:34:56', 'MONTH') = 2024-05-01 00:00:00",
                "trunc('2024-05-17 12:34:56', 'WW') = 2024-05-13 00:00:00",
                "trunc('2023-01-10 12:34:56', 'WW') = 2023-01-08 00:00:00",
                "trunc('2024-05-17 12:34:56', 'W') = 2024-05-15 00:00:00",
                "trunc('2024-05-17 12:34:56', 'D') = 2024-05-13 00:00:00",
                "trunc('2024-05-17 12:34:56', 'DD') = 2024-05-17 00:00:00",
                "trunc('2024-05-17 12:34:56', 'HH') = 2024-05-17 12:00:00",
                "trunc('2024-05-17 12:34:56', 'MI') = 2024-05-17 12:34:00",
                "trunc(date '2024-05-17', 'MM') = 2024-05-01");
        rule(
                "date_trunc(unit, moment)",
                "@date_trunc",
                "Units: microseconds, milliseconds, second, minute, hour, day, week (Monday), month, quarter, year,"
                        + " decade, century, millennium.",
                "date_trunc('HOUR', '2017-12-05 13:30:01') = 2017-12-05 13:00:00",
                "date_trunc('week', '2024-05-19') = 2024-05-13 00:00:00",
                "date_trunc('MILLENNIUM', date '2019-08-02') = 2001-01-01");
        rule(
                "date_add(moment, days)",
                "impala.date_add($moment, $days)",
                "The days may be an INTERVAL.",
                "date_add(cast('2016-01-31' as timestamp), interval 3 months) = 2016-04-30 00:00:00",
                "date_add(date '2016-01-31', 1) = 2016-02-01",
                "date_add('2016-01-31 10:00:00', interval 6 hours) = 2016-01-31 16:00:00");
        rule(
                "date_sub(moment, days)",
                "impala.date_sub($moment, $days)",
                "The days may be an INTERVAL.",
                "date_sub(cast('2016-05-31' as timestamp), interval 1 months) = 2016-04-30 00:00:00",
                "date_sub('2016-05-31', 7) = 2016-05-24 00:00:00");
        rule(
                "adddate(moment, days)",
                "impala.date_add($moment, $days)",
                "",
                "adddate('2016-01-31', -1) = 2016-01-30 00:00:00");
        rule(
                "subdate(moment, days)",
                "impala.date_sub($moment, $days)",
                "",
                "subdate('2016-01-31', 1) = 2016-01-30 00:00:00");
        rule(
                "add_months(moment, months)",
                "impala.months($moment, impala.to_int($months))",
                "From the last day of a month to the last day of another.",
                "add_months('2016-01-31', 1) = 2016-02-29 00:00:00",
                "add_months(date '2019-02-28', 1) = 2019-03-31");
        rule(
                "months_add(moment, months)",
                "impala.months($moment, impala.to_int($months))",
                "",
                "months_add(date '2019-01-31', 1) = 2019-02-28");
        rule(
                "months_sub(moment, months)",
                "impala.months($moment, - impala.to_int($months))",
                "",
                "months_sub(date '2019-02-28', 1) = 2019-01-31");
        shift("years", "years_add('2016-02-29', 1) = 2017-02-28 00:00:00");
        shift("weeks", "weeks_add('2016-02-29', 1) = 2016-03-07 00:00:00");
        shift("days", "days_add(date '2016-02-29', 1) = 2016-03-01");
        shift("hours", "hours_add('2016-02-29', 25) = 2016-03-01 01:00:00");
        shift("minutes", "minutes_add('2016-02-29', 1) = 2016-02-29 00:01:00");
        shift("seconds", "seconds_add('2016-02-29', 1) = 2016-02-29 00:00:01");
        shift("milliseconds", "milliseconds_add('2016-02-29', 1) = 2016-02-29 00:00:00.001");
        shift("microseconds", "microseconds_add('2016-02-29', 1) = 2016-02-29 00:00:00.000001");
        rule(
                "datediff(end, start)",
                "CAST(date_diff('day', impala.ts($start), impala.ts($end)) AS INTEGER)",
                "Days; the times of day do not count.",
                "datediff('2017-01-02 00:01:00', '2017-01-01 23:59:00') = 1",
                "datediff('2017-01-01', '2017-01-03') = -2");
        rule(
                "months_between(newer, older)",
                "CASE WHEN (day(impala.ts($newer)) = day(impala.ts($older))) OR (last_day(impala.ts($newer)) ="
                        + " CAST(impala.ts($newer) AS DATE) AND last_day(impala.ts($older)) = CAST(impala.ts($older) AS"
                        + " DATE)) THEN CAST((year(impala.ts($newer)) - year(impala.ts($older))) * 12 +"
                        + " month(impala.ts($newer)) - month(impala.ts($older)) AS DOUBLE) ELSE (year(impala.ts($newer)) -"
                        + " year(impala.ts($older))) * 12 + month(impala.ts($newer)) - month(impala.ts($older)) +"
                        + " (day(impala.ts($newer)) - day(impala.ts($older))) / 31.0 END",
                "Months of 31 days in the fraction.",
                "months_between('2015-02-28', '2015-01-28') = 1.0",
                "months_between('2015-02-28', '2015-01-31') = 1.0");
        rule(
                "int_months_between(newer, older)",
                "CAST(date_sub('month', impala.ts($older), impala.ts($newer)) AS INTEGER)",
                "Whole months.",
                "int_months_between('2015-03-01', '2015-01-31') = 1",
                "int_months_between('2015-02-28', '2015-01-28') = 1");
        rule(
                "last_day(moment)",
                "impala.same($moment, CAST(last_day(impala.ts($moment)) AS TIMESTAMP))",
                "",
                "last_day('2016-02-15 10:00:00') = 2016-02-29 00:00:00",
                "last_day(date '2016-02-15') = 2016-02-29");
        rule(
                "next_day(moment, weekday)",
                "@next_day",
                "The weekday by its English name or its first three letters.",
                "next_day('2013-12-25', 'Saturday') = 2013-12-28 00:00:00",
                "next_day('2013-12-25', 'wed') = 2014-01-01 00:00:00");
        rule(
                "timestamp_cmp(a, b)",
                "CASE WHEN impala.ts($a) < impala.ts($b) THEN -1 WHEN impala.ts($a) > impala.ts($b) THEN 1 WHEN"
                        + " impala.ts($a) = impala.ts($b) THEN 0 END",
                "",
                "timestamp_cmp('2017-01-02', '2017-01-01') = 1",
                "timestamp_cmp('2017-01-02', NULL) = NULL");
        rule(
                "date_cmp(a, b)",
                "CASE WHEN impala.ts($a) < impala.ts($b) THEN -1 WHEN impala.ts($a) > impala.ts($b) THEN 1 WHEN"
                        + " impala.ts($a) = impala.ts($b) THEN 0 END",
                "",
                "date_cmp(date '2017-01-01', date '2017-01-02') = -1");
    }

    private static void part(String name, String unit, String... examples) {
        rule(name + "(moment)", "CAST(date_part('" + unit + "', impala.ts($moment)) AS INTEGER)", "", examples);
    }

    private static void shift(String unit, String example) {
        String interval = "to_" + unit + "(CAST($count AS "
                + (unit.endsWith("seconds") || unit.equals("hours") || unit.equals("minutes") ? "BIGINT" : "INTEGER")
                + "))";
        if (unit.equals("seconds")) {
            interval = "to_milliseconds(CAST($count AS BIGINT) * 1000)";
        }
        rule(unit + "_add(moment, count)", "impala.date_add($moment, " + interval + ")", "", example);
        rule(unit + "_sub(moment, count)", "impala.date_sub($moment, " + interval + ")", "");
    }

    private static void conversions() {
        group("Conversions");
        rule(
                "cast(value as type)",
                "@cast",
                "What cannot be converted is NULL; fractions are cut off; a whole number that does not fit wraps"
                        + " around; a moment as a number is its seconds since 1970. With FORMAT 'YYYY-MM-DD HH24:MI:SS'"
                        + " between moments and texts.",
                "cast('abc' as int) = NULL",
                "cast('12.7' as int) = NULL",
                "cast(' 12 ' as int) = 12",
                "cast('' as bigint) = NULL",
                "cast(12.7 as int) = 12",
                "cast(-12.7 as bigint) = -12",
                "cast(2.5e0 as int) = 2",
                "cast(300 as tinyint) = 44",
                "cast('300' as tinyint) = NULL",
                "cast(2147483648 as int) = -2147483648",
                "cast(65536 + 5 as smallint) = 5",
                "cast(true as int) = 1",
                "cast(0 as boolean) = false",
                "cast(7 as boolean) = true",
                "cast(true as string) = 1",
                "cast(1e0 as string) = 1",
                "cast(cast('2017-01-01 10:00:00' as timestamp) as string) = 2017-01-01 10:00:00",
                "cast(cast('2017-01-01 10:00:00.5' as timestamp) as string) = 2017-01-01 10:00:00.500000000",
                "cast(cast('2017-01-01' as timestamp) as bigint) = 1483228800",
                "cast(86400 as timestamp) = 1970-01-02 00:00:00",
                "cast(1.5 as timestamp) = 1970-01-01 00:00:01.5",
                "cast('2024-01-01T00:00:00.000000' as timestamp) = 2024-01-01 00:00:00",
                "cast('2024-02-30' as timestamp) = NULL",
                "cast('2024-02-03' as date) = 2024-02-03",
                "cast('abc' as date) = NULL",
                "cast('1.239' as decimal(4,2)) = 1.24",
                "cast('abc' as decimal(4,2)) = NULL",
                "cast('abc' as double) = NULL",
                "cast('abcdef' as varchar(3)) = abc",
                "cast('17/05/2024' as date format 'DD/MM/YYYY') = 2024-05-17",
                "cast(date '2024-05-17' as string format 'DD.MM.YY') = 17.05.24",
                "cast(NULL as int) = NULL");
        rule("typeof(value)", "impala.type_name(typeof($value))", "", "typeof(1 + 1) = BIGINT", "typeof('x') = STRING");
    }

    private static void texts() {
        group("Texts");
        rule(
                "length(text)",
                "CAST(length($text) AS INTEGER)",
                "Characters, as Impala with UTF8_MODE=true.",
                "length('héllo') = 5",
                "length(NULL) = NULL");
        rule("char_length(text)", "CAST(length($text) AS INTEGER)", "", "char_length('abc') = 3");
        rule("character_length(text)", "CAST(length($text) AS INTEGER)", "", "character_length('abc') = 3");
        rule("bytes(text)", "CAST(strlen($text) AS INTEGER)", "Bytes in UTF-8.", "bytes('é') = 2");
        rule("upper(text)", "upper($text)", "", "upper('aBc') = ABC");
        rule("ucase(text)", "upper($text)", "", "ucase('aBc') = ABC");
        rule("lower(text)", "lower($text)", "", "lower('aBc') = abc");
        rule("lcase(text)", "lower($text)", "", "lcase('aBc') = abc");
        rule(
                "initcap(text)",
                "impala.initcap($text)",
                "Words end at spaces.",
                "initcap('hello wORLD') = Hello World",
                "initcap(NULL) = NULL");
        rule(
                "concat(more...)",
                "CAST(($concat(more)) AS VARCHAR)",
                "NULL when one of them is.",
                "concat('a', 'b', 'cde') = abcde",
                "concat('a', NULL, 'b') = NULL",
                "concat('a') = a");
        rule(
                "concat_ws(separator, more...)",
                "CASE WHEN $anynull(more) THEN NULL ELSE concat_ws($separator, $more) END",
                "NULL when one of them is.",
                "concat_ws(',', 'a', 'b') = a,b",
                "concat_ws(',', 'a', NULL) = NULL",
                "concat_ws('|', 'a', '', 'c') = a||c");
        rule(
                "substr(text, from)",
                "impala.substr($text, $from)",
                "From 1, or from the end when negative; from 0 gives nothing.",
                "substr('Hello', 1) = Hello",
                "substr('Hello', -2) = lo",
                "substr('Hello', 0) = ",
                "substr('Hello', -9) = ",
                "substr(NULL, 1) = NULL");
        rule(
                "substr(text, from, length)",
                "impala.substr_of($text, $from, $length)",
                "",
                "substr('Hello', 2, 3) = ell",
                "substr('Hello', -3, 2) = ll",
                "substr('Hello', 1, -1) = ",
                "substr('Hello', 0, 2) = ",
                "substr('Hello', 4, 100) = lo");
        rule("substring(text, from)", "impala.substr($text, $from)", "", "substring('Hello', 2) = ello");
        rule(
                "substring(text, from, length)",
                "impala.substr_of($text, $from, $length)",
                "",
                "substring('Hello', 2, 3) = ell");
        rule("strleft(text, count)", "substr($text, 1, greatest($count, 0))", "", "strleft('Hello', 2) = He");
        rule(
                "left(text, count)",
                "substr($text, 1, greatest($count, 0))",
                "",
                "left('Hello', 2) = He",
                "left('Hello', -1) = ");
        rule("strright(text, count)", "right($text, greatest($count, 0))", "", "strright('Hello', 2) = lo");
        rule("right(text, count)", "right($text, greatest($count, 0))", "", "right('Hello', 9) = Hello");
        rule(
                "trim(text)",
                "trim($text)",
                "Spaces only. Also trim(BOTH 'x' FROM text).",
                "trim('  a b ') = a b",
                "trim(leading 'x' from 'xxaxx') = axx");
        rule("ltrim(text)", "ltrim($text)", "", "ltrim('  a ') = a ");
        rule("ltrim(text, characters)", "ltrim($text, $characters)", "", "ltrim('xya', 'yx') = a");
        rule("rtrim(text)", "rtrim($text)", "", "rtrim('  a ') =   a");
        rule("rtrim(text, characters)", "rtrim($text, $characters)", "", "rtrim('axy', 'yx') = a");
        rule("btrim(text)", "trim($text)", "", "btrim(' a ') = a");
        rule("btrim(text, characters)", "trim($text, $characters)", "", "btrim('xyaxy', 'yx') = a");
        rule(
                "lpad(text, length, pad)",
                "@repeat",
                "",
                "lpad('hello', 10, 'xy') = xyxyxhello",
                "lpad('hello', 3, 'x') = hel");
        rule("rpad(text, length, pad)", "@repeat", "", "rpad('hello', 7, 'xy') = helloxy");
        rule(
                "repeat(text, count)",
                "@repeat",
                "At most 32 KiB where the number is not a literal; so lpad(), rpad() and space().",
                "repeat('ab', 3) = ababab",
                "repeat('ab', -1) = ");
        rule("space(count)", "@repeat", "", "length(space(3)) = 3");
        rule("reverse(text)", "reverse($text)", "", "reverse('abc') = cba");
        rule(
                "replace(text, from, to)",
                "replace($text, $from, $to)",
                "",
                "replace('hello world', 'world', 'earth') = hello earth",
                "replace('a', NULL, 'b') = NULL");
        rule("translate(text, from, to)", "translate($text, $from, $to)", "", "translate('hello', 'el', 'ip') = hippo");
        rule(
                "ascii(text)",
                "CAST(CASE WHEN $text = '' THEN 0 ELSE ascii($text) END AS INTEGER)",
                "",
                "ascii('abc') = 97",
                "ascii('') = 0");
        rule(
                "chr(code)",
                "CASE WHEN $code BETWEEN 1 AND 255 THEN chr(CAST($code AS INTEGER)) ELSE '' END",
                "",
                "chr(97) = a",
                "chr(-1) = ");
        rule(
                "instr(text, part)",
                "CAST(instr($text, $part) AS INTEGER)",
                "From 1; 0 when it is not there.",
                "instr('foo bar bletch', 'b') = 5",
                "instr('foo', 'x') = 0");
        rule(
                "instr(text, part, from)",
                "impala.locate($part, $text, $from)",
                "From behind (a negative position) is not supported.",
                "instr('foo bar bletch', 'b', 6) = 9");
        rule("locate(part, text)", "CAST(instr($text, $part) AS INTEGER)", "", "locate('abc', 'xyzabc') = 4");
        rule(
                "locate(part, text, from)",
                "impala.locate($part, $text, $from)",
                "",
                "locate('abc', 'abcabcabc', 5) = 7",
                "locate('abc', 'abcdef', 0) = 0",
                "locate('abcde', 'abcde', 10) = 0");
        rule(
                "find_in_set(text, list)",
                "CASE WHEN contains($text, ',') THEN 0 ELSE CAST(coalesce(list_position(string_split($list, ','),"
                        + " $text), CASE WHEN $text IS NOT NULL AND $list IS NOT NULL THEN 0 END) AS INTEGER) END",
                "",
                "find_in_set('ab', 'abc,ad,ab,ade,cde') = 3",
                "find_in_set('xyz', 'abc,ad') = 0",
                "find_in_set(NULL, 'a') = NULL");
        rule(
                "split_part(text, separator, index)",
                "split_part($text, $separator, CAST($index AS BIGINT))",
                "",
                "split_part('x,y,z', ',', 2) = y",
                "split_part('x,y,z', ',', -1) = z",
                "split_part('x,y,z', ',', 9) = ");
        rule(
                "regexp_extract(text, pattern, group)",
                "regexp_extract($text, $pattern, CAST($group AS INTEGER))",
                "Patterns are RE2's, as in Impala; '' when nothing is found. The group must be a literal.",
                "regexp_extract('abcdef123ghi456', '.*?(\\\\d+)', 1) = 123",
                "regexp_extract('abc', '\\\\d', 0) = ");
        rule(
                "regexp_replace(text, pattern, with)",
                "regexp_replace($text, $pattern, $with, 'g')",
                "All of them.",
                "regexp_replace('aaabbbaaa', 'b+', 'xyz') = aaaxyzaaa",
                "regexp_replace('123-456', '(\\\\d+)-(\\\\d+)', '\\\\2-\\\\1') = 456-123");
        rule(
                "regexp_like(text, pattern)",
                "regexp_matches($text, $pattern)",
                "Anywhere in the text.",
                "regexp_like('foo bar', 'o b') = true");
        rule(
                "regexp_like(text, pattern, options)",
                "regexp_matches($text, $pattern, replace(replace($options, 'n', 's'), 'c', 'c'))",
                "Options are literals: c, i, m, n.",
                "regexp_like('FOO', 'foo', 'i') = true");
        rule("regexp_escape(text)", "regexp_escape($text)", "", "regexp_escape('a.b') = a\\.b");
        rule(
                "parse_url(url, part)",
                "@parse_url",
                "Parts: AUTHORITY, FILE, HOST, PATH, PROTOCOL, QUERY, REF, USERINFO.",
                "parse_url('http://u@h.be:8/p/q?x=1#r', 'HOST') = h.be",
                "parse_url('http://h.be/p/q?x=1#r', 'PATH') = /p/q",
                "parse_url('http://h.be/p?x=1', 'QUERY') = x=1",
                "parse_url('http://h.be/p', 'QUERY') = NULL");
        rule(
                "parse_url(url, part, key)",
                "@parse_url",
                "QUERY and the name of a parameter.",
                "parse_url('http://h.be/p?x=1&y=2', 'QUERY', 'y') = 2");
        rule("levenshtein(a, b)", "CAST(levenshtein($a, $b) AS INTEGER)", "", "levenshtein('welcome', 'We lcome') = 2");
        rule("le_dst(a, b)", "CAST(levenshtein($a, $b) AS INTEGER)", "", "le_dst('a', 'b') = 1");
        rule(
                "damerau_levenshtein(a, b)",
                "CAST(damerau_levenshtein($a, $b) AS INTEGER)",
                "",
                "damerau_levenshtein('ab', 'ba') = 1");
        rule(
                "jaro_similarity(a, b)",
                "jaro_similarity($a, $b)",
                "",
                "round(jaro_similarity('MARTHA', 'MARHTA'), 4) = 0.9444");
        rule(
                "jaro_winkler_similarity(a, b)",
                "jaro_winkler_similarity($a, $b)",
                "",
                "round(jaro_winkler_similarity('MARTHA', 'MARHTA'), 4) = 0.9611");
        rule("base64encode(text)", "to_base64(encode($text))", "", "base64encode('hello') = aGVsbG8=");
        rule("base64decode(text)", "decode(from_base64($text))", "", "base64decode('aGVsbG8=') = hello");
        rule("md5(text)", "md5($text)", "", "md5('hello') = 5d41402abc4b2a76b9719d911017c592");
        rule("sha1(text)", "sha1($text)", "", "sha1('hello') = aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
        rule(
                "sha2(text, bits)",
                "sha256($text)",
                "256 bits only, whatever is asked.",
                "left(sha2('hello', 256), 8) = 2cf24dba");
        rule(
                "get_json_object(text, path)",
                "json_extract_string($text, $path)",
                "Paths such as $.a.b[0].",
                "get_json_object('{\"a\":{\"b\":\"c\"}}', '$.a.b') = c");
    }

    private static void numbers() {
        group("Numbers");
        rule("abs(x)", "abs($x)", "", "abs(-3) = 3", "abs(NULL) = NULL");
        rule("sign(x)", "CAST(sign($x) AS INTEGER)", "", "sign(-2.5) = -1");
        rule("negative(x)", "(- $x)", "", "negative(3) = -3");
        rule("positive(x)", "($x)", "", "positive(3) = 3");
        for (String name : List.of("ceil", "ceiling", "dceil")) {
            rule(name + "(x)", "CAST(impala.ceil($x) AS BIGINT)", "", name + "(2.1) = 3", name + "(-2.9) = -2");
        }
        for (String name : List.of("floor", "dfloor")) {
            rule(name + "(x)", "CAST(impala.floor($x) AS BIGINT)", "", name + "(2.9) = 2", name + "(-2.1) = -3");
        }
        for (String name : List.of("round", "dround")) {
            rule(
                    name + "(x)",
                    "CAST(impala.round($x) AS BIGINT)",
                    "Halves away from zero.",
                    name + "(2.5) = 3",
                    name + "(-2.5) = -3",
                    name + "(NULL) = NULL");
            rule(
                    name + "(x, digits)",
                    "round($x, CAST($digits AS INTEGER))",
                    "",
                    name + "(3.14159, 3) = 3.142",
                    name + "(1234, -2) = 1200");
        }
        for (String name : List.of("trunc", "truncate", "dtrunc")) {
            rule(name + "(x)", "CAST(impala.truncate($x) AS BIGINT)", "", name + "(3.99) = 3", name + "(-3.99) = -3");
            if (!name.equals("trunc")) {
                rule(name + "(x, digits)", "impala.truncate_at($x, $digits)", "", name + "(3.99, 1) = 3.9");
            }
        }
        rule(
                "mod(a, b)",
                "($a % $b)",
                "NULL when divided by 0.",
                "mod(10, 3) = 1",
                "mod(-10, 3) = -1",
                "mod(10, 0) = NULL");
        rule("fmod(a, b)", "fmod($a, $b)", "", "fmod(10, 3.3e0) > 0.09 = true");
        rule("pmod(a, b)", "((($a % $b) + $b) % $b)", "Never negative.", "pmod(-5, 2) = 1", "pmod(10, 3) = 1");
        rule(
                "quotient(a, b)",
                "impala.divide(impala.to_bigint($a), impala.to_bigint($b))",
                "Whole, toward 0.",
                "quotient(12, 5) = 2",
                "quotient(-12, 5) = -2",
                "quotient(12, 0) = NULL");
        for (String name : List.of("pow", "power", "dpow", "fpow")) {
            rule(name + "(x, y)", "power($x, $y)", "", name + "(2, 10) = 1024.0");
        }
        rule(
                "sqrt(x)",
                "CASE WHEN $x < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(CASE WHEN $x < 0 THEN 0 ELSE $x END) END",
                "Of a negative number NaN.",
                "sqrt(4) = 2.0",
                "sqrt(-1) = nan");
        rule(
                "dsqrt(x)",
                "CASE WHEN $x < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(CASE WHEN $x < 0 THEN 0 ELSE $x END) END",
                "",
                "dsqrt(4) = 2.0");
        rule("exp(x)", "exp($x)", "", "exp(0) = 1.0");
        rule("dexp(x)", "exp($x)", "", "dexp(0) = 1.0");
        rule("e()", "exp(1)", "", "round(e(), 5) = 2.71828");
        rule("pi()", "pi()", "", "round(pi(), 5) = 3.14159");
        rule(
                "ln(x)",
                "$logarithm(ln, x)",
                "Of 0 minus infinity, of a negative number NaN.",
                "ln(1) = 0.0",
                "ln(0) = -inf",
                "ln(-1) = nan");
        rule("dlog1(x)", "$logarithm(ln, x)", "", "dlog1(1) = 0.0");
        rule("log2(x)", "$logarithm(log2, x)", "", "log2(8) = 3.0");
        rule("log10(x)", "$logarithm(log10, x)", "", "log10(1000) = 3.0");
        rule("dlog10(x)", "$logarithm(log10, x)", "", "dlog10(1000) = 3.0");
        rule("log(base, x)", "(ln($x) / ln($base))", "The base comes first.", "round(log(2, 65536), 6) = 16.0");
        for (String name : List.of(
                "sin", "cos", "tan", "cot", "asin", "acos", "atan", "sinh", "cosh", "tanh", "degrees", "radians")) {
            rule(name + "(x)", name + "($x)", "");
        }
        rule("atan2(y, x)", "atan2($y, $x)", "", "atan2(0, 1) = 0.0");
        rule(
                "factorial(n)",
                "CASE WHEN $n < 0 THEN 1 ELSE CAST(factorial(CAST(greatest($n, 0) AS INTEGER)) AS BIGINT) END",
                "",
                "factorial(5) = 120",
                "factorial(0) = 1");
        rule(
                "greatest(more...)",
                "CASE WHEN $anynull(more) THEN NULL ELSE greatest($more) END",
                "NULL when one of them is.",
                "greatest(1, 3, 2) = 3",
                "greatest(1, NULL) = NULL");
        rule(
                "least(more...)",
                "CASE WHEN $anynull(more) THEN NULL ELSE least($more) END",
                "NULL when one of them is.",
                "least(4, 3, 2) = 2",
                "least(1, NULL) = NULL");
        rule(
                "rand()",
                "random()",
                "From 0 to 1, another for each row (Impala repeats its numbers for each query).",
                "rand() < 1 = true");
        rule("rand(seed)", "random()", "The seed is not looked at.");
        rule("random()", "random()", "");
        rule("random(seed)", "random()", "");
        rule("is_nan(x)", "isnan(CAST($x AS DOUBLE))", "", "is_nan(sqrt(-1)) = true", "is_nan(1) = false");
        rule("is_inf(x)", "isinf(CAST($x AS DOUBLE))", "", "is_inf(1 / 0) = true");
        rule("bin(n)", "bin(impala.to_bigint($n))", "", "bin(5) = 101");
        rule(
                "hex(x)",
                "impala.hex($x)",
                "Of a number its digits, of a text its bytes.",
                "hex(255) = FF",
                "hex('abc') = 616263");
        rule("unhex(text)", "decode(from_hex($text))", "", "unhex('616263') = abc");
        rule(
                "conv(text, from, to)",
                "@conv",
                "From base 2, 8, 10 or 16 to 2 to 36, both literals.",
                "conv('ff', 16, 10) = 255",
                "conv('255', 10, 16) = FF",
                "conv('101', 2, 10) = 5");
        rule(
                "width_bucket(x, low, high, count)",
                "CASE WHEN $x < $low THEN 0 WHEN $x >= $high THEN $count + 1 ELSE CAST(floor(($x - $low) * CAST($count"
                        + " AS DOUBLE) / ($high - $low)) AS BIGINT) + 1 END",
                "",
                "width_bucket(8, 1, 20, 3) = 2",
                "width_bucket(0, 1, 20, 3) = 0");
        limits("tinyint", "-128", "127");
        limits("smallint", "-32768", "32767");
        limits("int", "-2147483648", "2147483647");
        limits("bigint", "-9223372036854775808", "9223372036854775807");
    }

    private static void limits(String type, String low, String high) {
        rule("min_" + type + "()", "CAST('" + low + "' AS " + type + ")", "", "min_" + type + "() = " + low);
        rule("max_" + type + "()", "CAST('" + high + "' AS " + type + ")", "", "max_" + type + "() = " + high);
    }

    private static void bits() {
        group("Bits");
        rule("bitand(a, b)", "($a & $b)", "", "bitand(255, 32767) = 255");
        rule("bitor(a, b)", "($a | $b)", "", "bitor(1, 4) = 5");
        rule("bitxor(a, b)", "xor($a, $b)", "", "bitxor(0, 15) = 15");
        rule("bitnot(a)", "(~ $a)", "", "bitnot(0) = -1");
        rule("countset(a)", "CAST(bit_count($a) AS INTEGER)", "", "countset(7) = 3");
        rule(
                "getbit(a, position)",
                "CAST(($a >> $position) & 1 AS INTEGER)",
                "",
                "getbit(7, 0) = 1",
                "getbit(7, 3) = 0");
        rule("shiftleft(a, count)", "(CAST($a AS BIGINT) << $count)", "", "shiftleft(1, 2) = 4");
        rule("shiftright(a, count)", "($a >> $count)", "", "shiftright(16, 2) = 4");
    }

    private static void conditions() {
        group("Conditions");
        rule(
                "if(condition, yes, no)",
                "CASE WHEN $condition THEN $yes ELSE $no END",
                "",
                "if(1 = 1, 'a', 'b') = a",
                "if(NULL, 'a', 'b') = b");
        rule("isnull(value)", "($value IS NULL)", "", "isnull(NULL) = true");
        rule("isnull(value, otherwise)", "coalesce($value, $otherwise)", "", "isnull(NULL, 5) = 5");
        rule("ifnull(value, otherwise)", "coalesce($value, $otherwise)", "", "ifnull(NULL, 5) = 5");
        rule("nvl(value, otherwise)", "coalesce($value, $otherwise)", "", "nvl(NULL, 5) = 5", "nvl(1, 5) = 1");
        rule(
                "nvl2(value, present, absent)",
                "CASE WHEN $value IS NOT NULL THEN $present ELSE $absent END",
                "",
                "nvl2(NULL, 'y', 'n') = n");
        rule("coalesce(more...)", "coalesce($more)", "", "coalesce(NULL, NULL, 3) = 3");
        rule("nullif(a, b)", "nullif($a, $b)", "", "nullif(1, 1) = NULL", "nullif(1, 2) = 1");
        rule("nullifzero(x)", "nullif($x, 0)", "", "nullifzero(0) = NULL");
        rule("zeroifnull(x)", "coalesce($x, 0)", "", "zeroifnull(NULL) = 0");
        rule("nullvalue(value)", "($value IS NULL)", "", "nullvalue(1) = false");
        rule("nonnullvalue(value)", "($value IS NOT NULL)", "", "nonnullvalue(1) = true");
        rule("istrue(x)", "coalesce($x, false)", "", "istrue(NULL) = false");
        rule("isfalse(x)", "coalesce(NOT $x, false)", "", "isfalse(NULL) = false");
        rule("isnottrue(x)", "NOT coalesce($x, false)", "", "isnottrue(NULL) = true");
        rule("isnotfalse(x)", "coalesce($x, true)", "", "isnotfalse(NULL) = true");
        rule(
                "decode(value, more...)",
                "@decode",
                "NULL equals NULL.",
                "decode(2, 1, 'one', 2, 'two', 'many') = two",
                "decode(NULL, NULL, 'none', 'some') = none",
                "decode(9, 1, 'one') = NULL");
    }

    private static void aggregates() {
        group("Aggregates");
        String three = " from (values (1), (2), (NULL)) t(x)";
        rule(
                "count(value)",
                "count($value)",
                "Also count(*), and count(DISTINCT a, b), which leaves out rows in which one is NULL.",
                "count(*)" + three + " = 3",
                "count(x)" + three + " = 2",
                "count(distinct x, y) from (values (1, 2), (1, 2), (1, NULL)) t(x, y) = 1");
        rule(
                "sum(x)",
                "sum($x)",
                "Of whole numbers a BIGINT; one that does not fit wraps around when it is answered.",
                "sum(x)" + three + " = 3");
        rule("avg(x)", "avg($x)", "A DOUBLE.", "avg(x)" + three + " = 1.5");
        rule("min(x)", "min($x)", "", "min(x)" + three + " = 1");
        rule("max(x)", "max($x)", "", "max(x)" + three + " = 2");
        rule(
                "ndv(x)",
                "approx_count_distinct($x)",
                "About how many values differ; mostly within a tenth, where Impala is within a few percent.",
                "ndv(x)" + three + " = 2");
        rule("ndv(x, scale)", "approx_count_distinct($x)", "The scale is not looked at.");
        rule(
                "appx_median(x)",
                "quantile_disc($x, 0.5)",
                "A value of the data in the middle; exact here.",
                "appx_median(x) from (values (1), (5), (9)) t(x) = 5");
        rule(
                "percentile(x, fraction)",
                "quantile_cont($x, $fraction)",
                "As in Hive: between two values when it falls between them. The fraction must be a literal.",
                "percentile(x, 0.5)" + three + " = 1.5");
        rule("percentile_approx(x, fraction)", "quantile_cont($x, $fraction)", "The same, exact.");
        rule(
                "group_concat(text)",
                "@group_concat",
                "With a comma and a space between. Also with DISTINCT.",
                "group_concat(x) from (values ('a'), ('b'), (NULL)) t(x) = a, b");
        rule(
                "group_concat(text, separator)",
                "@group_concat",
                "",
                "group_concat(distinct x, '-') from (values ('a'), ('a')) t(x) = a");
        for (String name : List.of("stddev", "stddev_samp")) {
            rule(
                    name + "(x)",
                    "CASE WHEN count($x) $over = 1 THEN 0.0 ELSE stddev_samp($x) $over END",
                    "Of the sample; 0 of one value.",
                    "round(" + name + "(x), 4)" + three + " = 0.7071",
                    name + "(x) from (values (1)) t(x) = 0.0");
        }
        rule("stddev_pop(x)", "stddev_pop($x)", "", "stddev_pop(x)" + three + " = 0.5");
        for (String name : List.of("variance", "variance_samp", "var_samp")) {
            rule(
                    name + "(x)",
                    "CASE WHEN count($x) $over = 1 THEN 0.0 ELSE var_samp($x) $over END",
                    "Of the sample; 0 of one value.",
                    name + "(x)" + three + " = 0.5");
        }
        rule("variance_pop(x)", "var_pop($x)", "", "variance_pop(x)" + three + " = 0.25");
        rule("var_pop(x)", "var_pop($x)", "", "var_pop(x)" + three + " = 0.25");
        rule("corr(y, x)", "corr($y, $x)", "", "corr(x, x)" + three + " = 1.0");
        rule("covar_pop(y, x)", "covar_pop($y, $x)", "", "covar_pop(x, x)" + three + " = 0.25");
        rule("covar_samp(y, x)", "covar_samp($y, $x)", "", "covar_samp(x, x)" + three + " = 0.5");
        rule("regr_slope(y, x)", "regr_slope($y, $x)", "", "regr_slope(x, x)" + three + " = 1.0");
        rule("regr_intercept(y, x)", "regr_intercept($y, $x)", "", "regr_intercept(x, x)" + three + " = 0.0");
        rule("regr_r2(y, x)", "regr_r2($y, $x)", "", "regr_r2(x, x)" + three + " = 1.0");
        rule("regr_count(y, x)", "regr_count($y, $x)", "", "regr_count(x, x)" + three + " = 2");
        rule("any_value(x)", "any_value($x)", "", "any_value(x) from (values (1)) t(x) = 1");
        rule(
                "grouping(column)",
                "grouping($column)",
                "",
                "grouping(x) from (values (1)) t(x) group by rollup(x) order by 1 desc limit 1 = 1");
        rule("grouping_id(more...)", "grouping_id($more)", "");
    }

    private static void analytics() {
        group("Analytic functions");
        String three = " from (values (1), (2), (4)) t(x) order by x desc limit 1";
        rule("row_number()", "row_number()", "", "row_number() over (order by x)" + three + " = 3");
        rule("rank()", "rank()", "", "rank() over (order by x)" + three + " = 3");
        rule("dense_rank()", "dense_rank()", "", "dense_rank() over (order by x)" + three + " = 3");
        rule("percent_rank()", "percent_rank()", "", "percent_rank() over (order by x)" + three + " = 1.0");
        rule("cume_dist()", "cume_dist()", "", "cume_dist() over (order by x)" + three + " = 1.0");
        rule("ntile(count)", "ntile($count)", "", "ntile(3) over (order by x)" + three + " = 3");
        rule("lag(x)", "lag($x)", "", "lag(x) over (order by x)" + three + " = 2");
        rule("lag(x, rows)", "lag($x, $rows)", "", "lag(x, 2) over (order by x)" + three + " = 1");
        rule(
                "lag(x, rows, otherwise)",
                "lag($x, $rows, $otherwise)",
                "",
                "lag(x, 9, 0) over (order by x)" + three + " = 0");
        rule("lead(x)", "lead($x)", "", "lead(x) over (order by x)" + three + " = NULL");
        rule("lead(x, rows)", "lead($x, $rows)", "");
        rule(
                "lead(x, rows, otherwise)",
                "lead($x, $rows, $otherwise)",
                "",
                "lead(x, 1, 7) over (order by x)" + three + " = 7");
        rule(
                "first_value(x)",
                "first_value($x)",
                "Also with IGNORE NULLS inside the brackets.",
                "first_value(x) over (order by x)" + three + " = 1");
        rule(
                "last_value(x)",
                "last_value($x)",
                "Also with IGNORE NULLS inside the brackets.",
                "last_value(x ignore nulls) over (order by x)" + three + " = 4");
    }

    private static void rest() {
        group("Others");
        rule("version()", "'impalad version 4.4.0-RELEASE, spoken by Polder'", "", "left(version(), 7) = impalad");
        rule("current_database()", "$database", "", "current_database() = default");
        rule("user()", "'polder'", "");
        rule("effective_user()", "'polder'", "");
        rule("uuid()", "CAST(uuid() AS VARCHAR)", "", "length(uuid()) = 36");
    }
}
