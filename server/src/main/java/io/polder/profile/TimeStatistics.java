package io.polder.profile;

import io.polder.profile.Typing.Typed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What is counted of dates and times: range, granularity, steps, gaps, weekdays and hours. */
final class TimeStatistics {
    private final Workbench bench;
    private final String table;

    /** @param table that has the columns */
    TimeStatistics(Workbench bench, String table) {
        this.bench = bench;
        this.table = table;
    }

    Profile.Time of(Typed column) {
        String c = column.column();
        boolean isDate = column.type().equals("date");
        List<@Nullable Object> found =
                bench.row("SELECT CAST(min(t) AS VARCHAR), CAST(max(t) AS VARCHAR), count_if(t <>"
                        + " date_trunc('day', t)), count_if(t <> date_trunc('hour', t)), count_if(t <> date_trunc('minute', t)),"
                        + " count_if(t <> date_trunc('second', t)) FROM (SELECT CAST(" + c
                        + " AS TIMESTAMP) AS t FROM " + table + " WHERE "
                        + c + " IS NOT NULL)");
        String granularity = Profiler.number(found.get(2)) == 0
                ? "day"
                : Profiler.number(found.get(3)) == 0
                        ? "hour"
                        : Profiler.number(found.get(4)) == 0
                                ? "minute"
                                : Profiler.number(found.get(5)) == 0 ? "second" : "millisecond";
        List<@Nullable Object> step =
                bench.row("WITH steps AS MATERIALIZED (SELECT t, epoch_us(lead(t) OVER (ORDER BY t))"
                        + " - epoch_us(t) AS step FROM (SELECT DISTINCT CAST(" + c + " AS TIMESTAMP) AS t FROM " + table
                        + " WHERE " + c
                        + " IS NOT NULL)), usual AS (SELECT mode(step) AS usual FROM steps WHERE step IS NOT NULL)"
                        + " SELECT any_value(usual), max(step), CAST(arg_max(t, step) AS VARCHAR), count_if(step > 3 * usual)"
                        + " FROM steps, usual WHERE step IS NOT NULL");
        double usual = Profiler.real(step.get(0)) / 1e6;
        long gaps = Double.isNaN(usual) ? 0 : Profiler.number(step.get(3));
        long[] weekdays = new long[7];
        long[] hours = new long[isDate ? 0 : 24];
        bench.read(
                "SELECT isodow(" + c + "), " + (isDate ? "0" : "hour(" + c + ")") + ", count(*) FROM " + table
                        + " WHERE " + c + " IS NOT NULL GROUP BY ALL",
                row -> {
                    weekdays[row.getInt(1) - 1] += row.getLong(3);
                    if (!isDate) {
                        hours[row.getInt(2)] += row.getLong(3);
                    }
                });
        return new Profile.Time(
                String.valueOf(found.get(0)),
                String.valueOf(found.get(1)),
                granularity,
                Double.isNaN(usual) ? 0 : usual,
                gaps,
                Double.isNaN(usual) ? 0 : Profiler.real(step.get(1)) / 1e6,
                Double.isNaN(usual) ? null : String.valueOf(step.get(2)),
                LongStream.of(weekdays).boxed().toList(),
                LongStream.of(hours).boxed().toList(),
                timeline(c),
                List.of());
    }

    /** Counts by the unit of the calendar that gives between a few and some bars. */
    private List<Profile.Top> timeline(String c) {
        double seconds = Profiler.real(bench.row("SELECT (epoch_us(CAST(max(" + c
                        + ") AS TIMESTAMP)) - epoch_us(CAST(min(" + c + ") AS TIMESTAMP))) / 1e6 FROM " + table)
                .get(0));
        Map<String, Double> units = new TreeMap<>(Comparator.comparingInt(
                List.of("minute", "hour", "day", "week", "month", "year", "decade", "century")::indexOf));
        units.putAll(Map.of(
                "minute",
                60.0,
                "hour",
                3600.0,
                "day",
                86_400.0,
                "week",
                604_800.0,
                "month",
                2_629_746.0,
                "year",
                31_556_952.0,
                "decade",
                315_569_520.0,
                "century",
                3_155_695_200.0));
        String unit = units.entrySet().stream()
                .filter(each -> seconds / each.getValue() <= 60)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("century");
        List<Profile.Top> counts = new ArrayList<>();
        bench.read(
                "SELECT CAST(date_trunc('" + unit + "', " + c + ") AS VARCHAR), count(*) FROM " + table + " WHERE " + c
                        + " IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT 200",
                row -> counts.add(new Profile.Top(row.getString(1), row.getLong(2))));
        return counts;
    }
}
