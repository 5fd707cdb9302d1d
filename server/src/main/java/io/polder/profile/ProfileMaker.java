package io.polder.profile;

import io.polder.config.Table;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the profile of a mart's table of its parts and of a sample of its rows. Thread-safe. */
final class ProfileMaker {
    private static final int UNUSUAL_SLICES = 24;
    private static final int MOST_UNUSUAL = 50;

    private final int k;
    private final ZoneId zone;

    /** @param k values of personal columns that fewer rows have are not shown */
    ProfileMaker(int k, ZoneId zone) {
        this.k = k;
        this.zone = zone;
    }

    /** @param sample null as long as there is none */
    TableProfile make(Table table, TableParts.Snapshot snapshot, SampleProfile.@Nullable Found sample) {
        TablePart whole = snapshot.whole();
        List<Profile.Column> columns = timeline(PartProfile.columns(whole, table.personal()), table, snapshot);
        Set<String> personal = new LinkedHashSet<>();
        columns.stream()
                .filter(Profile.Column::isPersonal)
                .map(Profile.Column::name)
                .forEach(personal::add);
        Profile cross = sample == null ? null : sample.profile();
        if (cross != null) {
            personal.addAll(cross.privacy().columns());
        }
        Profile.Source source = new Profile.Source(
                "table",
                List.of(
                        new Profile.Option("topic", table.from(), false),
                        new Profile.Option("key", String.join(", ", table.key()), false)),
                0,
                List.of());
        Profile bare = new Profile(
                Profile.SCHEMA,
                table.name(),
                source,
                whole.rows(),
                columns,
                new Profile.Duplicates(0, 0, List.of()),
                cross == null ? List.of() : without(personal, cross.missingTogether()),
                cross == null ? List.of() : cross.associations(),
                cross == null ? 0 : cross.sample(),
                List.of(table.key()),
                cross == null
                        ? new Profile.FunctionalDependencies(false, 0, 0, List.of(), List.of())
                        : SampleProfile.withoutRows(personal, cross.functionalDependencies()),
                List.of(),
                List.of(),
                List.of(),
                new Profile.Privacy(k, List.copyOf(personal)));
        List<Profile.SuggestedRule> rules = new ArrayList<>(SuggestedRules.of(bare));
        if (snapshot.unit() != null
                && table.time().isPresent()
                && !personal.contains(table.time().get())) {
            rules.addAll(Arrivals.suggest(table.time().get(), snapshot.unit(), snapshot.lines(), snapshot.asOf()));
        }
        if (sample != null) {
            sample.dependencies().stream()
                    // These are written out, value by value.
                    .filter(each -> !personal.contains(each.determinant())
                            && !personal.contains(String.valueOf(each.rule().column())))
                    .forEach(each -> rules.add(each.rule()));
        }
        // Alerts are made of what is shown, so that none tells what is not.
        Profile seen = Shield.shield(bare.with(List.of(), rules));
        Profile judged = seen.with(Alerts.of(seen), seen.rules());
        List<Season.Unusual> unusual = snapshot.unit() == null
                ? List.of()
                : Season.find(
                        snapshot.lines(),
                        columns.stream().map(Profile.Column::name).toList(),
                        personal,
                        snapshot.unit(),
                        zone,
                        UNUSUAL_SLICES);
        return new TableProfile(
                table.name(),
                state(snapshot),
                snapshot.asOf().toString(),
                snapshot.unit() == null ? null : snapshot.unit().name().toLowerCase(Locale.ROOT),
                snapshot.slices(),
                snapshot.waiting(),
                snapshot.lines().isEmpty() ? null : snapshot.lines().firstKey().toString(),
                sample == null ? null : sample.taken().toString(),
                PartProfile.sketches(whole),
                unusual.subList(0, Math.min(MOST_UNUSUAL, unusual.size())),
                judged);
    }

    private static String state(TableParts.Snapshot snapshot) {
        if (snapshot.unit() == null) {
            return "whole";
        }
        int waiting = snapshot.waiting();
        // The slice that is being filled has always changed.
        return waiting <= 1 ? "up to date within a minute" : waiting + " changed slices are still to be looked at";
    }

    /** The rows by slice are the chart of the column that the table is cut by. */
    private static List<Profile.Column> timeline(
            List<Profile.Column> columns, Table table, TableParts.Snapshot snapshot) {
        return columns.stream()
                .map(column -> column.time() == null
                        ? column
                        : column.withTimeline(
                                Optional.of(column.name()).equals(table.time()) ? rows(snapshot.lines()) : List.of()))
                .toList();
    }

    private static List<Profile.Top> rows(NavigableMap<Instant, SliceLine> lines) {
        return lines.values().stream()
                .skip(Math.max(0, lines.size() - 168))
                .map(line -> new Profile.Top(line.from().toString(), line.rows()))
                .toList();
    }

    private static List<Profile.Missing> without(Set<String> personal, List<Profile.Missing> found) {
        return found.stream()
                .filter(each -> !personal.contains(each.first()) && !personal.contains(each.second()))
                .toList();
    }
}
