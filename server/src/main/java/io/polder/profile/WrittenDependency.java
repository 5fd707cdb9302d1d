package io.polder.profile;

import io.polder.config.Rule;
import io.polder.config.RuleFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A dependency of one column on another as a check of a single row: which values go together is written out, as it is in
 * a sample of the table's rows. A row with a value of the determinant that is not among these keeps it.
 *
 * @param determinant the column whose value says what the other one's is
 */
record WrittenDependency(String determinant, Profile.SuggestedRule rule) {
    /** So many values at most: each row is held against them one after the other. */
    private static final int VALUES = 200;
    /** So many rules at most: each is a long text. */
    private static final int RULES = 12;
    /** A value that fewer rows of the sample have determines nothing yet. */
    private static final long SUPPORT = 3;
    /** The least part of a value's rows that must have its usual partner. */
    private static final double USUAL = 0.8;
    /** Fewer rows prove nothing. */
    private static final long FEW = 30;
    /** The least part of the sample's rows that must be judged. */
    private static final double JUDGED = 0.5;

    private static final Set<String> NAMES = Set.of("VARCHAR", "BOOLEAN");
    private static final Set<String> CODES = Set.of("TINYINT", "SMALLINT", "INTEGER", "BIGINT");

    /** The values of a determinant and their partner. */
    private static final class Partners {
        private long rows;
        private long most;
        private String usual = "";
        private boolean isMissing;
    }

    /**
     * Those that can be written out.
     *
     * @param sample a table with the columns as they are stored
     * @param columns in it
     * @param found in the sample
     * @param personal columns that are in no rule
     */
    static List<WrittenDependency> of(
            Workbench bench,
            String sample,
            List<PartReader.Column> columns,
            Profile.FunctionalDependencies found,
            Set<String> personal) {
        Set<List<String>> pairs = new LinkedHashSet<>();
        found.approximate().stream()
                .filter(each -> each.lhs().size() == 1)
                .forEach(each -> pairs.add(List.of(each.lhs().get(0), each.rhs())));
        found.minimal().stream()
                .filter(each -> each.lhs().size() == 1)
                .forEach(each -> pairs.add(List.of(each.lhs().get(0), each.rhs())));
        List<WrittenDependency> rules = new ArrayList<>();
        for (List<String> pair : pairs) {
            Optional<PartReader.Column> lhs = column(columns, pair.get(0), personal);
            Optional<PartReader.Column> rhs = column(columns, pair.get(1), personal);
            if (lhs.isPresent() && rhs.isPresent()) {
                of(bench, sample, lhs.get(), rhs.get()).ifPresent(rules::add);
            }
        }
        return rules.stream()
                .sorted(Comparator.comparing(
                                (WrittenDependency each) -> each.rule().violations() == 0)
                        .thenComparing(each -> -each.rule().confidence()))
                .limit(RULES)
                .toList();
    }

    private static Optional<PartReader.Column> column(
            List<PartReader.Column> columns, String name, Set<String> personal) {
        return columns.stream()
                .filter(column -> column.name().equals(name) && !personal.contains(name))
                .filter(WrittenDependency::isName)
                .findFirst();
    }

    /** Whether it has names of things: that some measured numbers go together is mostly an accident. */
    private static boolean isName(PartReader.Column column) {
        return NAMES.contains(column.stored()) || (CODES.contains(column.stored()) && Typing.isCodeName(column.name()));
    }

    private static Optional<WrittenDependency> of(
            Workbench bench, String sample, PartReader.Column lhs, PartReader.Column rhs) {
        TreeMap<String, Partners> values = new TreeMap<>();
        long[] all = {0};
        bench.read(
                "SELECT CAST(" + lhs.quoted() + " AS VARCHAR), CAST(" + rhs.quoted()
                        + " AS VARCHAR), count(*) AS n FROM " + sample + " WHERE " + lhs.quoted()
                        + " IS NOT NULL GROUP BY ALL ORDER BY n DESC, 2",
                row -> {
                    Partners partners = values.computeIfAbsent(row.getString(1), value -> new Partners());
                    if (partners.rows == 0) {
                        partners.most = row.getLong(3);
                        String usual = row.getString(2);
                        partners.isMissing = usual == null;
                        partners.usual = usual == null ? "" : usual;
                    }
                    partners.rows += row.getLong(3);
                    all[0] += row.getLong(3);
                });
        values.values()
                .removeIf(partners ->
                        partners.isMissing || partners.rows < SUPPORT || partners.most < USUAL * partners.rows);
        long judged =
                values.values().stream().mapToLong(partners -> partners.rows).sum();
        long kept =
                values.values().stream().mapToLong(partners -> partners.most).sum();
        long different = values.values().stream()
                .map(partners -> partners.usual)
                .distinct()
                .count();
        if (values.size() > VALUES || different < 2 || judged < FEW || judged < JUDGED * all[0]) {
            return Optional.empty();
        }
        String partner = values.entrySet().stream()
                .map(each -> " WHEN " + literal(each.getKey(), lhs) + " THEN " + literal(each.getValue().usual, rhs))
                .collect(Collectors.joining("", "CASE " + lhs.quoted(), " ELSE " + rhs.quoted() + " END"));
        RuleFile.Check check = new RuleFile.Check(new Rule(
                rhs.name(),
                rhs.name(),
                rhs.quoted() + " IS NOT DISTINCT FROM " + partner,
                Rule.OnViolation.FIX,
                Optional.of(partner),
                List.of(),
                List.of()));
        return Optional.of(new WrittenDependency(
                lhs.name(),
                new Profile.SuggestedRule(
                        "dependency",
                        rhs.name(),
                        check.title(),
                        RuleFile.written(check, ""),
                        SuggestedRules.confidence(judged, judged - kept),
                        judged - kept,
                        "of " + values.size() + " values of " + lhs.name() + ", from a sample; others are not judged",
                        partner)));
    }

    private static String literal(String value, PartReader.Column column) {
        return column.stored().equals("VARCHAR") ? FileSource.text(value) : value;
    }
}
