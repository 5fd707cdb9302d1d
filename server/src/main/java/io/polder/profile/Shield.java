package io.polder.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what tells of a person out of a profile: of a personal column no row, no extreme, and no value or pattern that
 * fewer than {@code k} rows have; what is shown of its counts is rounded down to multiples of {@code k}, or is what those
 * leave of all rows, so that no difference of two profiles tells of one row.
 */
final class Shield {
    /** Rules of a personal column that tell of no value: patterns are those that many rows have, dependencies name columns. */
    private static final Set<String> KINDS = Set.of("complete", "unique", "type", "pattern", "dependency");

    private final int k;
    private final Set<String> personal;
    private final long rows;

    private Shield(Profile profile) {
        k = profile.privacy().k();
        personal = Set.copyOf(profile.privacy().columns());
        rows = profile.rows();
    }

    static Profile shield(Profile profile) {
        return profile.privacy().columns().isEmpty() ? profile : new Shield(profile).whole(profile);
    }

    private Profile whole(Profile profile) {
        // A row number leads to the row, and so to the person.
        Profile.Duplicates duplicates = new Profile.Duplicates(
                profile.duplicates().rows(), profile.duplicates().part(), List.of());
        Profile.FunctionalDependencies found = profile.functionalDependencies();
        List<Profile.Approximate> approximate = found.approximate().stream()
                .map(each -> personal.contains(each.rhs())
                                || each.lhs().stream().anyMatch(personal::contains)
                        ? new Profile.Approximate(
                                each.lhs(), each.rhs(), part(each.error()), rounded(each.violations()), List.of())
                        : each)
                .toList();
        List<Profile.SuggestedRule> rules = profile.rules().stream()
                .filter(rule ->
                        rule.column() == null || !personal.contains(rule.column()) || KINDS.contains(rule.kind()))
                .map(rule -> personal.contains(String.valueOf(rule.column()))
                        ? new Profile.SuggestedRule(
                                rule.kind(),
                                rule.column(),
                                rule.check(),
                                rule.rule(),
                                floor(rule.confidence()),
                                rounded(rule.violations()),
                                rule.caution(),
                                rule.fix())
                        : rule)
                .toList();
        Profile.NearDuplicates near = profile.nearDuplicates();
        List<Profile.DeclaredKey> keys = profile.declaredKeys().stream()
                .map(key -> new Profile.DeclaredKey(
                        key.columns(), key.isKept(), rounded(key.surplus()), rounded(key.missing()), List.of()))
                .toList();
        List<Profile.Missing> missing = profile.missingTogether().stream()
                .map(each -> personal.contains(each.first()) || personal.contains(each.second())
                        ? new Profile.Missing(each.first(), each.second(), part(each.phi()), rounded(each.both()))
                        : each)
                .toList();
        Profile.Source source = new Profile.Source(
                profile.source().format(),
                profile.source().options(),
                profile.source().unreadable(),
                List.of());
        return new Profile(
                profile.schema(),
                profile.name(),
                source,
                profile.rows(),
                profile.columns().stream().map(this::column).toList(),
                duplicates,
                missing,
                profile.associations(),
                profile.sample(),
                profile.keys(),
                keys,
                new Profile.FunctionalDependencies(
                        found.complete(), found.rows(), found.count(), found.minimal(), approximate),
                pairs(profile.pairs()),
                profile.missingness(),
                new Profile.NearDuplicates(near.rows(), near.without(), near.pairs(), List.of()),
                List.of(),
                profile.seasonal().stream()
                        .filter(each -> !personal.contains(each.column()))
                        .map(Shield::withoutRows)
                        .toList(),
                profile.alerts(),
                rules,
                profile.privacy());
    }

    private static Profile.Seasonal withoutRows(Profile.Seasonal each) {
        return new Profile.Seasonal(
                each.column(), each.time(), each.entity(), each.by(), each.judged(), each.count(), List.of());
    }

    private Profile.Pairs pairs(Profile.Pairs pairs) {
        List<String> names = pairs.columns();
        List<List<@Nullable Double>> errors = new ArrayList<>();
        List<Double> guesses = new ArrayList<>();
        for (int one = 0; one < names.size(); one++) {
            boolean isPersonal = personal.contains(names.get(one));
            guesses.add(
                    isPersonal
                            ? part(pairs.guesses().get(one))
                            : pairs.guesses().get(one));
            List<@Nullable Double> row = new ArrayList<>();
            for (int other = 0; other < names.size(); other++) {
                Double exact = pairs.errors().get(one).get(other);
                boolean isRounded = isPersonal || personal.contains(names.get(other));
                row.add(exact == null || !isRounded ? exact : (Double) part(exact));
            }
            errors.add(row);
        }
        return new Profile.Pairs(names, errors, guesses);
    }

    /** So roughly that no difference of two tells of one row. */
    static double part(double exact) {
        return Math.round(exact * 100) / 100.0;
    }

    /** As {@link #part}, of what is at least so: nothing becomes certain by being rounded. */
    private static double floor(double exact) {
        return Math.floor(exact * 100) / 100;
    }

    private Profile.Column column(Profile.Column column) {
        if (!personal.contains(column.name())) {
            return column;
        }
        Profile.MissingBy by = new Profile.MissingBy(
                rounded(column.missingBy().nulls()),
                rounded(column.missingBy().empty()),
                rounded(column.missingBy().blank()),
                rounded(column.missingBy().word()),
                column.missingBy().words());
        // What is left is computed of rounded numbers alone: one rounded by itself would tell more of the others.
        long missing = by.nulls() + by.empty() + by.blank() + by.word();
        if (rows - missing < k) {
            missing = missing == 0 ? 0 : rows;
        }
        long misfits = Math.min(rounded(column.misfits()), rows - missing);
        return new Profile.Column(
                column.name(),
                column.type(),
                column.storedAs(),
                column.semantic() == null
                        ? null
                        : new Profile.Semantic(
                                column.semantic().type(),
                                column.semantic().title(),
                                floor(column.semantic().coverage()),
                                column.semantic().evidence()),
                true,
                rows - missing - misfits,
                missing,
                by,
                rows == 0 ? 0 : (double) (rows - missing) / rows,
                rounded(column.distinct()),
                column.distinctError(),
                rounded(column.unique()),
                frequent(column.top()),
                misfits,
                List.of(),
                column.order(),
                null,
                column.text() == null ? null : text(column.text()),
                null);
    }

    private List<Profile.Top> frequent(List<Profile.Top> values) {
        List<Profile.Top> kept = new ArrayList<>();
        for (Profile.Top value : values) {
            if (value.count() >= k) {
                kept.add(new Profile.Top(value.value(), rounded(value.count())));
            }
        }
        return kept;
    }

    private Profile.Text text(Profile.Text text) {
        List<Profile.Pattern> patterns = text.patterns().stream()
                .filter(pattern -> pattern.count() >= k)
                .map(pattern -> new Profile.Pattern(
                        pattern.pattern(),
                        rounded(pattern.count()),
                        rows == 0 ? 0 : (double) rounded(pattern.count()) / rows,
                        pattern.expression()))
                .toList();
        return new Profile.Text(
                // The shortest and the longest may be of one person.
                null,
                Math.rint(text.meanLength()),
                null,
                (@Nullable String) null,
                null,
                patterns,
                text.patternsAreLoose(),
                rounded(text.patternCount()),
                frequent(text.scripts()),
                rounded(text.padded()),
                rounded(text.upper()),
                rounded(text.lower()),
                List.of());
    }

    private long rounded(long count) {
        return count / k * k;
    }
}
