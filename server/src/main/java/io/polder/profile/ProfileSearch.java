package io.polder.profile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds tables by the type, semantic type and pattern of their columns. */
public final class ProfileSearch {
    /**
     * A table as the search finds it.
     *
     * @param rows 0 before the first profile
     * @param alerts how many there are
     * @param weight of the weightiest
     * @param columns those that were looked for; all when nothing was
     */
    public record Listed(
            String table, long rows, @Nullable String asOf, String state, int alerts, int weight, List<Hit> columns) {}

    /** A column that was found. */
    @com.fasterxml.jackson.annotation.JsonInclude(com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL)
    public record Hit(
            String column,
            String type,
            @Nullable String semantic,
            @Nullable String pattern) {}

    private final String type;
    private final String semantic;
    private final String pattern;

    /**
     * Each empty for any.
     *
     * @param pattern as it is shown ({@code (ddd)ddd-dddd}), or a part of it; or a value, whose pattern is meant
     */
    ProfileSearch(String type, String semantic, String pattern) {
        this.type = type;
        this.semantic = semantic;
        this.pattern = pattern;
    }

    List<Listed> find(Collection<String> tables, Function<String, Optional<TableProfile>> profiles) {
        boolean isAll = type.isBlank() && semantic.isBlank() && pattern.isBlank();
        List<Listed> found = new ArrayList<>();
        for (String table : tables) {
            Optional<TableProfile> profile = profiles.apply(table);
            List<Hit> hits = profile.map(made -> made.profile().columns().stream()
                            .flatMap(column -> hit(column))
                            .toList())
                    .orElse(List.of());
            if (isAll || !hits.isEmpty()) {
                List<Profile.Alert> alerts =
                        profile.map(made -> made.profile().alerts()).orElse(List.of());
                found.add(new Listed(
                        table,
                        profile.map(made -> made.profile().rows()).orElse(0L),
                        profile.map(TableProfile::asOf).orElse(null),
                        profile.map(TableProfile::state).orElse("waits for its first rows"),
                        alerts.size(),
                        alerts.stream().mapToInt(Profile.Alert::weight).max().orElse(0),
                        hits));
            }
        }
        return found;
    }

    private Stream<Hit> hit(Profile.Column column) {
        Profile.@Nullable Semantic known = column.semantic();
        boolean isOfType = type.isBlank()
                || column.type().equalsIgnoreCase(type.trim())
                || column.storedAs().equalsIgnoreCase(type.trim());
        String words = semantic.trim().toLowerCase(Locale.ROOT);
        boolean hasMeaning = words.isEmpty()
                || known != null
                        && (known.type().toLowerCase(Locale.ROOT).contains(words)
                                || known.title().toLowerCase(Locale.ROOT).contains(words));
        List<String> patterns = column.text() == null
                ? List.of()
                : column.text().patterns().stream()
                        .map(Profile.Pattern::pattern)
                        .toList();
        String wanted = pattern.trim();
        String shape = io.polder.statistics.TextPattern.of(wanted);
        String loose = io.polder.statistics.TextPattern.loose(shape);
        Optional<String> matching = patterns.stream()
                .filter(each -> each.contains(wanted) || each.equals(shape) || each.equals(loose))
                .findFirst();
        if (!isOfType || !hasMeaning || (!wanted.isEmpty() && matching.isEmpty())) {
            return Stream.empty();
        }
        return Stream.of(new Hit(
                column.name(),
                column.type(),
                known == null ? null : known.title(),
                wanted.isEmpty() ? patterns.stream().findFirst().orElse(null) : matching.orElse(null)));
    }
}
