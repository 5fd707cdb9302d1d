package io.polder.profile;

import io.polder.profile.Typing.Typed;
import io.polder.statistics.SemanticType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which columns of one dataset have all their values in a column of another: the unary inclusion dependencies, and those
 * that nearly hold. Values are compared as text, numbers as their shortest text, so that 7 and 7.0 are one value and 007
 * is another.
 *
 * <p>For each value the set of the columns that have it is made, and for each set of columns its values are counted; what
 * two columns share is the sum over the sets that hold both (De Marchi, Lopes, Petit: Efficient Algorithms for Mining
 * Inclusion Dependencies, 2002). For one thread.
 */
public final class Inclusions {
    /** What nearly holds is told when so many of the values are there. */
    private static final double ENOUGH = 0.95;
    /** Fewer values may be among others by accident. */
    private static final int FEW = 10;

    private static final int EXAMPLES = 5;

    /**
     * That the values of a column are values of another.
     *
     * @param values how many different ones the dependent column has
     * @param others how many the referenced column has
     * @param absent how many of the dependent's are not among them
     * @param isKey whether no value of the referenced column is there twice, so that the dependent may be a foreign key
     * @param caution why it may be an accident; empty when there is no reason to think so
     * @param examples values that are absent; none of a personal column
     */
    public record Inclusion(
            String file,
            String column,
            String otherFile,
            String otherColumn,
            long values,
            long others,
            long absent,
            boolean isKey,
            String caution,
            List<String> examples) {}

    private record Place(int file, Typed column, String text, long distinct, long count, boolean isPersonal) {}

    private final Workbench bench;
    private final List<String> nulls;
    private final Set<String> personal;
    private final List<String> files = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    /**
     * For datasets that are read into a workbench one after the other.
     *
     * @param nulls words that stand for no value, beside those that are found
     * @param personal columns whose values are not shown, beside those that are found
     */
    public Inclusions(Workbench bench, List<String> nulls, Set<String> personal) {
        this.bench = bench;
        this.nulls = nulls;
        this.personal = personal;
    }

    /** Takes what was just read into table {@code raw}. */
    public void add(String name) {
        int file = files.size();
        files.add(name);
        List<Typed> typed = Typing.make(bench, nulls, Map.of());
        bench.run("ALTER TABLE data RENAME TO data" + file);
        for (Typed column : typed) {
            String c = column.column();
            List<Long> counts = new ArrayList<>();
            bench.read("SELECT count(DISTINCT " + c + "), count(" + c + ") FROM data" + file, row -> {
                counts.add(row.getLong(1));
                counts.add(row.getLong(2));
            });
            if (column.type().equals("boolean") || counts.get(0) < 2) {
                continue;
            }
            List<String> some = new ArrayList<>();
            bench.read(
                    "SELECT DISTINCT CAST(" + c + " AS VARCHAR) FROM data" + file + " WHERE " + c
                            + " IS NOT NULL ORDER BY 1 LIMIT 1000",
                    row -> some.add(row.getString(1)));
            boolean isPersonal = personal.contains(column.name())
                    || SemanticType.of(column.name(), some)
                            .map(found -> found.type().isPersonal())
                            .orElse(false);
            places.add(new Place(file, column, text(column), counts.get(0), counts.get(1), isPersonal));
        }
    }

    private static String text(Typed column) {
        String c = column.column();
        return switch (column.type()) {
            case "decimal" ->
                "CASE WHEN " + c + " = floor(" + c + ") AND abs(" + c + ") < 1e15 THEN CAST(CAST(" + c
                        + " AS BIGINT) AS VARCHAR) ELSE CAST(" + c + " AS VARCHAR) END";
            case "date", "timestamp" -> "CAST(CAST(" + c + " AS TIMESTAMP) AS VARCHAR)";
            case "text", "code" -> "trim(" + c + ")";
            default -> "CAST(" + c + " AS VARCHAR)";
        };
    }

    /** All from one file to another, what may be a foreign key first. */
    public List<Inclusion> find() {
        if (places.isEmpty()) {
            return List.of();
        }
        List<String> parts = new ArrayList<>();
        for (int at = 0; at < places.size(); at++) {
            Place place = places.get(at);
            parts.add("SELECT DISTINCT " + place.text() + " AS v, " + at + " AS c FROM data" + place.file() + " WHERE "
                    + place.column().column() + " IS NOT NULL");
        }
        bench.run("CREATE TEMP TABLE occurrences AS " + String.join(" UNION ALL ", parts));
        long[][] shared = new long[places.size()][places.size()];
        bench.read(
                "SELECT columns, count(*) FROM (SELECT list(c ORDER BY c) AS columns FROM occurrences GROUP BY v)"
                        + " GROUP BY 1",
                row -> {
                    int[] columns = Arrays.stream(Profiler.array(row.getObject(1)))
                            .mapToInt(each -> ((Number) each).intValue())
                            .toArray();
                    for (int one : columns) {
                        for (int other : columns) {
                            shared[one][other] += row.getLong(2);
                        }
                    }
                });
        List<Inclusion> found = new ArrayList<>();
        for (int one = 0; one < places.size(); one++) {
            for (int other = 0; other < places.size(); other++) {
                // By the text, of which there may be fewer than values.
                long values = shared[one][one];
                if (places.get(one).file() != places.get(other).file() && shared[one][other] >= ENOUGH * values) {
                    found.add(inclusion(one, other, values, shared[other][other], values - shared[one][other]));
                }
            }
        }
        bench.run("DROP TABLE occurrences");
        found.sort(Comparator.comparing((Inclusion each) -> !each.isKey())
                .thenComparing(each -> !each.caution().isEmpty())
                .thenComparingDouble(each -> (double) each.absent() / each.values())
                .thenComparing(each -> -each.values())
                .thenComparing(Inclusion::file)
                .thenComparing(Inclusion::column)
                .thenComparing(Inclusion::otherColumn));
        return found;
    }

    private Inclusion inclusion(int one, int other, long values, long others, long absent) {
        Place place = places.get(one);
        Place target = places.get(other);
        List<String> examples = new ArrayList<>();
        if (absent > 0 && !place.isPersonal()) {
            bench.read(
                    "SELECT v FROM occurrences WHERE c = " + one + " AND v NOT IN (SELECT v FROM occurrences WHERE c = "
                            + other + ") ORDER BY v LIMIT " + EXAMPLES,
                    row -> examples.add(row.getString(1)));
        }
        boolean isCounter = place.column().type().equals("integer")
                && target.column().type().equals("integer");
        String caution = values < FEW
                ? "few values"
                : isCounter
                                && !place.column()
                                        .name()
                                        .equalsIgnoreCase(target.column().name())
                        ? "whole numbers of other names"
                        : "";
        return new Inclusion(
                files.get(place.file()),
                place.column().name(),
                files.get(target.file()),
                target.column().name(),
                values,
                others,
                absent,
                target.distinct() == target.count(),
                caution,
                examples);
    }
}
