package io.polder.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleConsumer;

/**
 * All minimal functional dependencies of a table, and all its minimal keys.
 *
 * <p>A set of columns determines a column if and only if it hits each <em>difference set</em> (the columns in which two
 * rows differ) that the column is in; so the minimal dependencies are the minimal hitting sets. Not all pairs of rows
 * are compared: the hitting sets of what a sample tells are candidates; one that holds in the table is minimal, since
 * its subsets fail already on the sample, and one that fails names pairs of rows that the sample lacked. This goes on
 * until no candidate fails. The idea of a sample that is mended by what fails is HyFD's (Papenbrock, Naumann: A Hybrid
 * Approach to Functional Dependency Discovery, 2016), that of enumerating hitting sets is FDHits' (Bleifuß, Papenbrock,
 * Bläsius, Schirneck, Naumann: Discovering Functional Dependencies through Hitting Set Enumeration, 2024).
 *
 * <p>The answer does not depend on how many threads look for it, nor on the sample.
 */
public final class Dependencies {
    /**
     * When to give up.
     *
     * @param work how many steps the search for each dependent may take
     * @param candidates how many candidates a dependent may have
     * @param determinants larger dependencies are not looked for
     * @param threads how many threads look
     */
    public record Limits(long work, int candidates, int determinants, int threads) {
        public static final Limits USUAL = new Limits(
                50_000_000, 200_000, Integer.MAX_VALUE, Runtime.getRuntime().availableProcessors());
    }

    /**
     * What was found.
     *
     * @param minimal the dependencies, by dependent, few determinants first; each one holds and is minimal, whether or
     *     not all were found
     * @param keys the minimal sets of columns on which no two rows agree; none when a row is there twice
     * @param incomplete the dependents, and {@code columns} for the keys, whose search was given up at a limit
     * @param columns how many columns the table has
     */
    public record Found(List<Dependency> minimal, List<List<Integer>> keys, List<Integer> incomplete, int columns) {
        public Found {
            minimal = List.copyOf(minimal);
            keys = List.copyOf(keys);
            incomplete = List.copyOf(incomplete);
        }

        /** Whether these are all dependencies. */
        public boolean isComplete() {
            return incomplete.stream().allMatch(dependent -> dependent == columns);
        }
    }

    private static final Comparator<Dependency> ORDER = Comparator.comparingInt(Dependency::dependent)
            .thenComparingInt(dependency -> dependency.determinants().size())
            .thenComparing(dependency -> dependency.determinants().toString());
    private static final Comparator<List<Integer>> BY_SIZE =
            Comparator.comparingInt((List<Integer> key) -> key.size()).thenComparing(List::toString);
    /** So many pairs of rows that contradict a candidate are taken note of. */
    private static final int MAX_WITNESSES = 200;

    private final CodedTable table;
    private final Limits limits;
    private final boolean hasRepeatedRows;
    private final DifferenceSets differences;
    private final List<Target> targets = new ArrayList<>();

    private Dependencies(CodedTable original, Limits limits) {
        this.limits = limits;
        // Equal rows say nothing but that there is no key.
        int[] different = different(original);
        hasRepeatedRows = different.length < original.rows();
        table = hasRepeatedRows ? original.at(different) : original;
        differences = new DifferenceSets(table);
        for (int column = 0; column < table.columns(); column++) {
            targets.add(new Target(column));
        }
        if (!hasRepeatedRows) {
            targets.add(new Target(table.columns()));
        }
    }

    private static int[] different(CodedTable table) {
        Partition.Divider divider = new Partition.Divider(table);
        Partition same = Partition.whole(table.rows());
        for (int column = 0; column < table.columns() && same.groups() > 0; column++) {
            same = divider.divide(same, column);
        }
        BitSet repeated = new BitSet(table.rows());
        for (int group = 0; group < same.groups(); group++) {
            for (int at = same.starts()[group] + 1; at < same.starts()[group + 1]; at++) {
                repeated.set(same.rows()[at]);
            }
        }
        int[] kept = new int[table.rows() - repeated.cardinality()];
        int count = 0;
        for (int row = repeated.nextClearBit(0); row < table.rows(); row = repeated.nextClearBit(row + 1)) {
            kept[count++] = row;
        }
        return kept;
    }

    /**
     * Finds them.
     *
     * @param progress is told now and then how much is done, from 0 to 1, on the caller's thread
     */
    public static Found find(CodedTable table, Limits limits, DoubleConsumer progress) {
        return new Dependencies(table, limits).find(progress);
    }

    private Found find(DoubleConsumer progress) {
        if (table.columns() == 0) {
            return found();
        }
        // The seed is of no account: the answer is the same for every sample.
        ColumnSets known = differences.sample(new Random(1));
        List<long[]> news = known.sorted();
        ExecutorService threads = Executors.newFixedThreadPool(limits.threads());
        try {
            do {
                List<long[]> learned = news;
                List<Future<ColumnSets>> rounds = new ArrayList<>();
                for (Target target : targets) {
                    rounds.add(threads.submit(() -> target.round(learned)));
                }
                news = new ArrayList<>();
                for (Future<ColumnSets> round : rounds) {
                    for (long[] difference : round.get().sorted()) {
                        if (known.add(difference)) {
                            news.add(difference);
                        }
                    }
                }
                progress.accept(targets.stream().filter(target -> target.isDone).count() / (double) targets.size());
            } while (!news.isEmpty());
            return found();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the search for dependencies was interrupted");
        } catch (ExecutionException failure) {
            throw new IllegalStateException("the search for dependencies failed", failure.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private Found found() {
        List<Dependency> minimal = new ArrayList<>();
        List<List<Integer>> keys = new ArrayList<>();
        List<Integer> incomplete = new ArrayList<>();
        for (Target target : targets) {
            for (long[] determinants : target.holding.sorted()) {
                if (target.isKey()) {
                    keys.add(ColumnSets.columns(determinants));
                } else {
                    minimal.add(new Dependency(ColumnSets.columns(determinants), target.dependent));
                }
            }
            if (target.isGivenUp) {
                incomplete.add(target.dependent);
            }
        }
        minimal.sort(ORDER);
        keys.sort(BY_SIZE);
        return new Found(minimal, keys, incomplete, table.columns());
    }

    /** The search for what determines one column, or, when that is none of them, the row. */
    private final class Target {
        private final int dependent;
        private final ColumnSets holding = new ColumnSets();
        private List<long[]> edges = List.of();
        private long work = limits.work();
        private boolean isDone;
        private boolean isGivenUp;

        Target(int dependent) {
            this.dependent = dependent;
        }

        boolean isKey() {
            return dependent == table.columns();
        }

        /**
         * Takes note of difference sets, finds candidates, and holds them against the table.
         *
         * @return what the difference sets lacked
         */
        ColumnSets round(List<long[]> learned) {
            ColumnSets news = new ColumnSets();
            if (isGivenUp || (learn(learned) && isDone)) {
                return news;
            }
            isDone = true;
            if (edges.size() == 1 && ColumnSets.isEmpty(edges.get(0))) {
                return news;
            }
            List<long[]> candidates = new ArrayList<>();
            work = HittingSets.visit(edges, table.columns(), limits.determinants(), work, candidate -> {
                if (!holding.contains(candidate)) {
                    candidates.add(candidate.clone());
                }
                return candidates.size() < limits.candidates();
            });
            isGivenUp = work < 0 || candidates.size() >= limits.candidates();
            candidates.sort(ColumnSets.ORDER);
            Partition.Divider divider = new Partition.Divider(table);
            List<long[]> witnesses = new ArrayList<>();
            for (long[] candidate : candidates) {
                if (witnesses.stream().allMatch(witness -> ColumnSets.intersect(witness, candidate))
                        && isHolding(candidate, divider, news, witnesses)) {
                    holding.add(candidate);
                }
            }
            isDone = witnesses.isEmpty();
            return news;
        }

        /** False when something has changed by it. */
        private boolean learn(List<long[]> learned) {
            ColumnSets all = new ColumnSets();
            edges.forEach(all::add);
            for (long[] difference : learned) {
                if (isKey()) {
                    all.add(difference);
                } else if (ColumnSets.has(difference, dependent)) {
                    all.add(ColumnSets.without(difference, dependent));
                }
            }
            if (all.size() == edges.size()) {
                return true;
            }
            List<long[]> before = edges;
            edges = all.minimal();
            return Arrays.deepEquals(before.toArray(), edges.toArray());
        }

        private boolean isHolding(
                long[] candidate, Partition.Divider divider, ColumnSets news, List<long[]> witnesses) {
            // The column with the most values first: it leaves the fewest rows that agree with another.
            List<Integer> columns = new ArrayList<>(ColumnSets.columns(candidate));
            columns.sort(Comparator.comparingInt(column -> -table.distinct(column)));
            Partition same = Partition.whole(table.rows());
            for (int at = 0; at < columns.size() && same.groups() > 0; at++) {
                same = divider.divide(same, columns.get(at));
            }
            int[] rows = same.rows();
            int found = 0;
            long[] difference = new long[candidate.length];
            for (int group = 0; group < same.groups() && found < MAX_WITNESSES; group++) {
                for (int at = same.starts()[group] + 1; at < same.starts()[group + 1]; at++) {
                    if (isKey() || table.codes(dependent)[rows[at]] != table.codes(dependent)[rows[at - 1]]) {
                        found++;
                        differences.between(rows[at - 1], rows[at], difference);
                        if (news.add(difference)) {
                            witnesses.add(difference.clone());
                        }
                    }
                }
            }
            return found == 0;
        }
    }
}
