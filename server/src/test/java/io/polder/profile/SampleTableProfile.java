package io.polder.profile;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;

/** A profile of a few rows, made by the real reader, for tests of what shows it. */
public final class SampleTableProfile {
    private SampleTableProfile() {}

    public static TableProfile of(String table) {
        try (Connection engine = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = engine.createStatement()) {
            statement.execute(
                    "CREATE TABLE data AS SELECT range AS uid, TIMESTAMP '2026-03-02 08:00:00' + INTERVAL (range)"
                            + " MINUTE AS time, CASE WHEN range % 9 > 0 THEN range * 1.5::DOUBLE END AS speed, '(205)325-81' ||"
                            + " (10 + range % 80) AS phone FROM range(300)");
            List<PartReader.Column> columns = List.of(
                    new PartReader.Column("uid", "BIGINT"),
                    new PartReader.Column("time", "TIMESTAMP"),
                    new PartReader.Column("speed", "DOUBLE"),
                    new PartReader.Column("phone", "VARCHAR"));
            TablePart part = new PartReader(engine, "data", ZoneId.of("UTC"), PartReader.Pace.FULL).read(columns);
            Profile bare = new Profile(
                    Profile.SCHEMA,
                    table,
                    new Profile.Source("table", List.of(), 0, List.of()),
                    part.rows(),
                    PartProfile.columns(part, Set.of()),
                    new Profile.Duplicates(0, 0, List.of()),
                    List.of(),
                    List.of(new Profile.Association("uid", "speed", "spearman", 0.98)),
                    part.rows(),
                    List.of(List.of("uid")),
                    new Profile.FunctionalDependencies(false, 0, 0, List.of(), List.of()),
                    List.of(),
                    List.of(),
                    List.of(),
                    new Profile.Privacy(10, List.of("phone")));
            Profile seen = Shield.shield(bare.with(List.of(), SuggestedRules.of(bare)));
            return new TableProfile(
                    table,
                    "up to date",
                    "2026-03-02T08:00:00Z",
                    "hour",
                    5,
                    1,
                    "2026-03-02T08:00:00Z",
                    "2026-03-02T08:00:00Z",
                    List.of(new Sketch("uid", "distinct, unique", 0.04, "relative, two deviations")),
                    List.of(new Season.Unusual(
                            "2026-03-02T08:00:00Z", "speed", "mean", 3, 30, -9, 8, "the same hour of other days")),
                    seen.with(Alerts.of(seen), seen.rules()));
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Five hours of its history. */
    public static TableHistory history(String table) {
        List<SliceLine> lines = new java.util.ArrayList<>();
        for (int hour = 0; hour < 5; hour++) {
            SliceLine.Cell cell = new SliceLine.Cell(6, 54, 10.0 + hour, 3.0, 0.0, 90.0);
            lines.add(new SliceLine(
                    java.time.Instant.parse("2026-03-02T0" + (4 + hour) + ":00:00Z"),
                    60,
                    List.of(cell, cell, cell, cell)));
        }
        return new TableHistory(table, "hour", List.of("uid", "time", "speed", "phone"), lines);
    }
}
