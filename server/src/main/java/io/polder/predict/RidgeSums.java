package io.polder.predict;

import io.polder.statistics.CrossProducts;
import io.polder.statistics.Ridge;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * All that a linear model needs to know of any number of rows, by local day of the time that is forecast. SQL sums the rows
 * up; a day whose rows changed is summed up again, the others stay, so a model is as fresh as its rows for the price of a day.
 * For one thread at a time.
 */
final class RidgeSums {
    private static final int FEWEST_DAYS = 2;
    /** Of a line of the answer: day, hour, kind of day, number of rows. */
    private static final int BEFORE_MEANS = 4;

    private final LinearTerms terms;
    private final TreeMap<LocalDate, CrossProducts> days = new TreeMap<>();

    RidgeSums(LinearTerms terms) {
        this.terms = terms;
    }

    LinearTerms terms() {
        return terms;
    }

    /** The sums of a series that is at hand, as SQL would have them. */
    static RidgeSums of(Series series, int ahead) {
        LinearTerms terms = LinearTerms.of(series, ahead);
        int numbers = terms.numbers();
        RidgeSums sums = new RidgeSums(terms);
        Map<Group, CrossProducts> groups = new TreeMap<>(
                Comparator.comparing(Group::day).thenComparing(Group::hour).thenComparing(Group::isFree));
        double[] row = new double[numbers + 1];
        for (int at = 0; at + ahead < series.steps(); at++) {
            Series.Moment then = series.moment(at + ahead);
            CrossProducts group = groups.computeIfAbsent(
                    new Group(then.local().toLocalDate(), then.local().getHour(), then.isFree()),
                    fresh -> new CrossProducts(numbers + 1));
            for (int point = 0; point < series.points().size(); point++) {
                row[numbers] = series.value(point, at + ahead);
                // It is learned from steps with a number; what is missing is left out.
                if (!Float.isNaN(series.value(point, at)) && !Double.isNaN(row[numbers])) {
                    terms.numbers(series, point, at, row);
                    group.add(row);
                }
            }
        }
        groups.forEach((group, rows) -> {
            if (rows.count() > 0) {
                sums.merge(group, rows);
            }
        });
        return sums;
    }

    /** Rows between which only the numbers differ. */
    private record Group(LocalDate day, int hour, boolean isFree) {}

    /** Takes the rows of a group: its numbers, and the target behind them. */
    private void merge(Group group, CrossProducts rows) {
        // Within a group the hour does not change, so its products are zero; what groups differ by, merging adds.
        int numbers = terms.numbers();
        double[] means = new double[terms.size() + 1];
        double[] products = new double[means.length * (means.length + 1) / 2];
        for (int one = 0; one <= numbers; one++) {
            int row = one == numbers ? terms.size() : one;
            means[row] = rows.mean(one);
            for (int other = 0; other <= one; other++) {
                int column = other == numbers ? terms.size() : other;
                products[row * (row + 1) / 2 + column] = rows.product(one, other);
            }
        }
        means[terms.hour(group.hour(), group.isFree())] = 1;
        days.computeIfAbsent(group.day(), day -> new CrossProducts(means.length))
                .merge(CrossProducts.of(rows.count(), means, products));
    }

    /**
     * Takes the answer to {@link LinearTerms#sql}, which takes the place of what was known of these days.
     *
     * @param lines of the answer, each number as a double
     */
    void replace(LocalDate first, LocalDate last, Collection<double[]> lines) {
        days.subMap(first, true, last, true).clear();
        int numbers = terms.numbers();
        for (double[] line : lines) {
            double[] means = Arrays.copyOfRange(line, BEFORE_MEANS, BEFORE_MEANS + numbers + 1);
            double[] products = Arrays.copyOfRange(line, BEFORE_MEANS + numbers + 1, line.length);
            merge(
                    new Group(LocalDate.ofEpochDay((long) line[0]), (int) line[1], line[2] != 0),
                    CrossProducts.of((long) line[BEFORE_MEANS - 1], means, products));
        }
    }

    /** Forgets the days before one. */
    void forget(LocalDate before) {
        days.headMap(before).clear();
    }

    /** The days that something is known of, with how many rows they have. */
    Map<LocalDate, Long> days() {
        TreeMap<LocalDate, Long> counts = new TreeMap<>();
        days.forEach((day, sums) -> counts.put(day, sums.count()));
        return counts;
    }

    /** Means of the terms over the rows of all days before one. */
    double[] means(LocalDate before) {
        CrossProducts all = new CrossProducts(terms.size() + 1);
        days.headMap(before).values().forEach(all::merge);
        return IntStream.range(0, terms.size()).mapToDouble(all::mean).toArray();
    }

    /**
     * The model of all days before one, its penalty chosen by leaving out one day after the other; nothing of fewer than two
     * days.
     */
    Optional<Ridge> fit(LocalDate before) {
        List<CrossProducts> blocks = List.copyOf(days.headMap(before).values());
        return blocks.size() < FEWEST_DAYS
                ? Optional.empty()
                : Optional.of(Ridge.fitBest(
                        blocks, IntStream.range(0, terms.size()).toArray(), terms.size(), Ridge.PENALTIES));
    }
}
