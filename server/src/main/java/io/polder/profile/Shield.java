package io.polder.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what tells of a person out of a profile: of a personal column no row, no extreme, and no value or pattern that
 * fewer than {@code k} rows have; what is shown of its counts is rounded down to multiples of {@code k}, so that no
 * difference of two profiles tells of one row.
 */
final class Shield {
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
                        ? new Profile.Approximate(each.lhs(), each.rhs(), each.error(), each.violations(), List.of())
                        : each)
                .toList();
        List<Profile.Alert> alerts = profile.alerts().stream()
                .filter(alert -> !alert.kind().equals("odd combinations"))
                .map(this::alert)
                .toList();
        List<Profile.SuggestedRule> rules = profile.rules().stream()
                .filter(rule -> rule.column() == null
                        || !personal.contains(rule.column())
                        || Set.of("complete", "unique").contains(rule.kind()))
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
                profile.missingTogether(),
                profile.associations(),
                profile.sample(),
                profile.keys(),
                new Profile.FunctionalDependencies(
                        found.complete(), found.rows(), found.count(), found.minimal(), approximate),
                List.of(),
                alerts,
                rules,
                profile.privacy());
    }

    private Profile.Alert alert(Profile.Alert alert) {
        boolean namesValues = Set.of("wrong type", "slips", "imbalance", "unlikely times", "gaps", "skewed")
                .contains(alert.kind());
        return alert.column() != null && personal.contains(alert.column()) && namesValues
                ? new Profile.Alert(alert.kind(), alert.weight(), alert.column(), "It is so.", alert.advice())
                : alert;
    }

    private Profile.Column column(Profile.Column column) {
        if (!personal.contains(column.name())) {
            return column;
        }
        return new Profile.Column(
                column.name(),
                column.type(),
                column.storedAs(),
                column.semantic(),
                true,
                rounded(column.count()),
                rounded(column.missing()),
                new Profile.MissingBy(
                        rounded(column.missingBy().nulls()),
                        rounded(column.missingBy().empty()),
                        rounded(column.missingBy().blank()),
                        rounded(column.missingBy().word()),
                        column.missingBy().words()),
                // Of the rounded count: by the exact one the count itself could be computed.
                rows == 0 ? 0 : (double) rounded(column.count()) / rows,
                rounded(column.distinct()),
                column.distinctError(),
                rounded(column.unique()),
                frequent(column.top()),
                rounded(column.misfits()),
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
                text.minLength(),
                text.meanLength(),
                text.maxLength(),
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
