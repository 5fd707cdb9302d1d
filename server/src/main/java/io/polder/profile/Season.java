package io.polder.profile;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a slice of time is like others of its hour: its distance from their median in robust standard deviations
 * (0.6745 of the distance by the median of the distances). Others are those of the same weekday and hour, when there are
 * at least {@value #WEEKS}, and else those of the same hour of working days, or of weekends, when there are at least
 * {@value #DAYS}; with fewer, nothing is said.
 */
public final class Season {
    static final int WEEKS = 6;
    static final int DAYS = 7;
    /** So far from the median is told. */
    static final double FAR = 6;
    /** A statistic that hardly ever moves is not far because it moved by so small a part of itself. */
    private static final double LEAST_PART = 0.02;

    private static final double NORMAL = 0.6745;

    private Season() {}

    /**
     * A slice that is not like others of its hour.
     *
     * @param column null when it is of the rows
     * @param usual the median of the others
     * @param z how far, in robust standard deviations
     * @param others how many it was compared with
     */
    @com.fasterxml.jackson.annotation.JsonInclude(com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL)
    public record Unusual(
            String from,
            @Nullable String column,
            String statistic,
            double value,
            double usual,
            double z,
            int others,
            String compared) {}

    private record Statistic(String name, Function<SliceLine, @Nullable Double> of) {}

    /**
     * The unusual ones of the last slices, the furthest first.
     *
     * @param lines by their begin; the last one may not be over and is left out
     * @param personal columns of which nothing is told
     */
    static List<Unusual> find(
            NavigableMap<Instant, SliceLine> lines,
            List<String> columns,
            Set<String> personal,
            TimeSlice.Unit unit,
            ZoneId zone,
            int last) {
        if (lines.size() <= DAYS) {
            return List.of();
        }
        List<SliceLine> over =
                new ArrayList<>(lines.headMap(lines.lastKey(), false).values());
        List<Unusual> unusual = new ArrayList<>();
        for (SliceLine line : over.subList(Math.max(0, over.size() - last), over.size())) {
            judge(line, over, null, new Statistic("rows", each -> (double) each.rows()), unit, zone, unusual);
            for (int at = 0; at < columns.size(); at++) {
                int column = at;
                if (personal.contains(columns.get(at)) || line.cells().size() <= at) {
                    continue;
                }
                for (Statistic statistic : List.of(
                        new Statistic(
                                "missing",
                                each -> each.rows() == 0
                                        ? null
                                        : (Double) ((double)
                                                        each.cells().get(column).missing()
                                                / each.rows())),
                        new Statistic("distinct", each ->
                                (double) each.cells().get(column).distinct()),
                        new Statistic("mean", each -> each.cells().get(column).mean()),
                        new Statistic(
                                "deviation", each -> each.cells().get(column).deviation()))) {
                    judge(line, over, columns.get(at), statistic, unit, zone, unusual);
                }
            }
        }
        unusual.sort(Comparator.comparingDouble((Unusual each) -> -Math.abs(each.z()))
                .thenComparing(Unusual::from)
                .thenComparing(each -> String.valueOf(each.column()))
                .thenComparing(Unusual::statistic));
        return unusual;
    }

    /**
     * The slices of all that are kept whose least or greatest number of one column is not like that of others of their
     * season, the furthest first. Slices are put by season first, so that years of hours take no longer than a moment.
     *
     * @param lines by their begin; the last one may not be over and is left out
     * @param column its place in the lines
     * @param most so many
     */
    static List<Unusual> extremes(
            NavigableMap<Instant, SliceLine> lines, int column, TimeSlice.Unit unit, ZoneId zone, int most) {
        if (lines.size() <= DAYS || unit.compareTo(TimeSlice.Unit.DAY) > 0) {
            return List.of();
        }
        List<SliceLine> over = lines.headMap(lines.lastKey(), false).values().stream()
                .filter(line -> line.cells().size() > column)
                .toList();
        Function<SliceLine, String> week = line -> {
            ZonedDateTime time = line.from().atZone(zone);
            return time.getDayOfWeek() + " " + (unit == TimeSlice.Unit.HOUR ? time.getHour() : 0);
        };
        Function<SliceLine, String> day = line -> {
            ZonedDateTime time = line.from().atZone(zone);
            return isWeekend(time) + " " + (unit == TimeSlice.Unit.HOUR ? time.getHour() : 0);
        };
        Map<String, List<SliceLine>> byWeek = over.stream().collect(Collectors.groupingBy(week));
        Map<String, List<SliceLine>> byDay = over.stream().collect(Collectors.groupingBy(day));
        List<Unusual> unusual = new ArrayList<>();
        for (Statistic statistic : List.of(
                new Statistic("least", line -> line.cells().get(column).min()),
                new Statistic("greatest", line -> line.cells().get(column).max()))) {
            byWeek.values().forEach(season -> {
                boolean isEnough = season.size() > WEEKS;
                for (SliceLine line : season) {
                    List<SliceLine> others = isEnough ? season : byDay.getOrDefault(day.apply(line), List.of());
                    judge(line, others, "", statistic, unit, zone, unusual);
                }
            });
        }
        unusual.sort(Comparator.comparingDouble((Unusual each) -> -Math.abs(each.z()))
                .thenComparing(Unusual::from)
                .thenComparing(Unusual::statistic));
        return List.copyOf(unusual.subList(0, Math.min(most, unusual.size())));
    }

    private static void judge(
            SliceLine line,
            Collection<SliceLine> all,
            @Nullable String column,
            Statistic statistic,
            TimeSlice.Unit unit,
            ZoneId zone,
            List<Unusual> unusual) {
        Double value = statistic.of().apply(line);
        if (value == null) {
            return;
        }
        ZonedDateTime time = line.from().atZone(zone);
        List<Double> sameHour = new ArrayList<>();
        List<Double> sameWeekday = new ArrayList<>();
        for (SliceLine other : all) {
            if (other.from().equals(line.from())
                    || other.cells().size() != line.cells().size()) {
                continue;
            }
            ZonedDateTime then = other.from().atZone(zone);
            Double known = statistic.of().apply(other);
            if (known != null && (unit != TimeSlice.Unit.HOUR || then.getHour() == time.getHour())) {
                if (unit.compareTo(TimeSlice.Unit.DAY) > 0 || isWeekend(then) == isWeekend(time)) {
                    sameHour.add(known);
                }
                if (then.getDayOfWeek() == time.getDayOfWeek()) {
                    sameWeekday.add(known);
                }
            }
        }
        boolean isByWeekday = sameWeekday.size() >= WEEKS && unit.compareTo(TimeSlice.Unit.DAY) <= 0;
        List<Double> others = isByWeekday ? sameWeekday : sameHour;
        if (others.size() < DAYS && !isByWeekday) {
            return;
        }
        double usual = median(others);
        double spread = Math.max(
                median(others.stream().map(each -> Math.abs(each - usual)).toList()), LEAST_PART * Math.abs(usual));
        double floor = statistic.name().equals("missing") ? Math.max(spread, 0.005) : spread;
        double z = floor == 0 ? value == usual ? 0 : 99 : NORMAL * (value - usual) / floor;
        if (Math.abs(z) > FAR) {
            unusual.add(new Unusual(
                    line.from().toString(),
                    column,
                    statistic.name(),
                    value,
                    usual,
                    z,
                    others.size(),
                    isByWeekday
                            ? "the same weekday and hour"
                            : "the same hour of " + (isWeekend(time) ? "weekends" : "working days")));
        }
    }

    private static boolean isWeekend(ZonedDateTime time) {
        return time.getDayOfWeek() == DayOfWeek.SATURDAY || time.getDayOfWeek() == DayOfWeek.SUNDAY;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
