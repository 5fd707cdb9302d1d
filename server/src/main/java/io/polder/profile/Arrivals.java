package io.polder.profile;

import io.polder.config.Durations;
import io.polder.config.RuleFile;
import io.polder.profile.TimeSlice.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.function.ToLongFunction;

/** Rules about when rows come and how many do: {@link RuleFile.Newest} and {@link RuleFile.RowCount}. */
final class Arrivals {
    /** Rows by hour over a thousand years are a slip of a year, and no rule. */
    private static final int MOST_SLICES = 1_000_000;

    private static final int EXAMPLES = 10;

    private Arrivals() {}

    /**
     * How a rule fares.
     *
     * @param violations slices with too few rows or too many; of a rule about the newest value or all rows 1 or 0
     * @param told what breaks it, with numbers
     * @param problem why it could not be tried; empty when it was
     */
    record Found(long violations, List<String> told, String problem) {
        static Found kept() {
            return new Found(0, List.of(), "");
        }

        static Found broken(String told) {
            return new Found(1, List.of(told), "");
        }

        static Found untried(String problem) {
            return new Found(0, List.of(), problem);
        }
    }

    static Found newest(RuleFile.Newest rule, Instant newest, Instant now) {
        Duration age = Duration.between(newest, now);
        if (age.compareTo(rule.within()) <= 0) {
            return Found.kept();
        }
        Duration rounded = age.compareTo(Duration.ofDays(2)) > 0
                ? Duration.ofDays(age.toDays())
                : age.compareTo(Duration.ofHours(2)) > 0
                        ? Duration.ofHours(age.toHours())
                        : age.compareTo(Duration.ofMinutes(2)) > 0
                                ? Duration.ofMinutes(age.toMinutes())
                                : Duration.ofSeconds(age.toSeconds());
        return Found.broken("the newest is " + newest + ", " + Durations.word(rounded) + " ago");
    }

    static Found all(RuleFile.RowCount rule, long rows) {
        return isKept(rule, rows) ? Found.kept() : Found.broken(Numerals.counted(rows, "row"));
    }

    private static boolean isKept(RuleFile.RowCount rule, long rows) {
        return rows >= rule.atLeast() && rows <= rule.atMost();
    }

    static Unit unit(RuleFile.RowCount rule) {
        return Unit.valueOf(rule.per().toUpperCase(Locale.ROOT));
    }

    /** @param slices those that have rows, by their begin */
    static <T> Found slices(RuleFile.RowCount rule, NavigableMap<Instant, T> slices, ToLongFunction<T> rows) {
        long[] violations = {0};
        List<String> told = new ArrayList<>();
        boolean isWhole = each(unit(rule), slices, rows, (from, count) -> {
            if (!isKept(rule, count)) {
                if (told.size() < EXAMPLES) {
                    told.add(from + ": " + Numerals.counted(count, "row"));
                }
                violations[0]++;
            }
        });
        return isWhole
                ? new Found(violations[0], told, "")
                : Found.untried("from " + slices.firstKey() + " to " + slices.lastKey() + " are more than "
                        + MOST_SLICES + " times one " + rule.per());
    }

    private interface Taker {
        void take(Instant from, long rows);
    }

    /**
     * Goes through all slices between the first and the last one, which may be there in part; one without rows has 0.
     *
     * @return whether there are few enough
     */
    private static <T> boolean each(Unit unit, NavigableMap<Instant, T> slices, ToLongFunction<T> rows, Taker taker) {
        if (slices.size() < 2) {
            return true;
        }
        TimeSlice slice = unit.at(slices.firstKey()).next();
        for (int at = 0; slice.from().isBefore(slices.lastKey()); at++) {
            if (at == MOST_SLICES) {
                return false;
            }
            T there = slices.get(slice.from());
            taker.take(slice.from(), there == null ? 0 : rows.applyAsLong(there));
            slice = slice.next();
        }
        return true;
    }

    /**
     * What has held for all slices of a table between its first and its last one: how many rows they have, and, when none
     * was empty, that the newest is not older than two of them.
     *
     * @param column by which the table is cut
     * @param asOf a rule that does not hold then is not suggested
     */
    static List<Profile.SuggestedRule> suggest(
            String column, Unit unit, NavigableMap<Instant, SliceLine> lines, Instant asOf) {
        long[] found = {0, Long.MAX_VALUE, 0};
        boolean isWhole = each(unit, lines, SliceLine::rows, (from, rows) -> {
            found[0]++;
            found[1] = Math.min(found[1], rows);
            found[2] = Math.max(found[2], rows);
        });
        List<Profile.SuggestedRule> rules = new ArrayList<>();
        if (!isWhole || found[0] == 0) {
            return rules;
        }
        String word = unit.name().toLowerCase(Locale.ROOT);
        if (found[2] < Integer.MAX_VALUE) {
            rules.add(SuggestedRules.slices(
                    "row count",
                    column,
                    new RuleFile.RowCount(column, word, (int) found[1], (int) found[2]),
                    found[0],
                    word));
        }
        TimeSlice last = unit.at(lines.lastKey());
        boolean isFresh = !asOf.isAfter(last.next().to());
        if (found[1] > 0 && isFresh && (unit == Unit.HOUR || unit == Unit.DAY)) {
            Duration within = Duration.between(last.from(), last.next().to());
            rules.add(SuggestedRules.slices("freshness", column, new RuleFile.Newest(column, within), found[0], word));
        }
        return rules;
    }
}
