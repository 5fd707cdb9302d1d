package io.polder.predict;

import java.util.List;
import java.util.Map;

/** Answers about a model that somebody could give. */
public final class SampleModel {
    private static final String MADE = "2026-03-02T08:00:00Z";

    private SampleModel() {}

    public static ModelAnswers.Status status() {
        return new ModelAnswers.Status(
                "speed",
                "traffic",
                "uid",
                "speed",
                "km/h",
                15,
                60,
                "trees",
                0.9,
                24,
                "serving",
                "The model (trees) trained up to 2026-03-02T06:00:00Z serves.",
                2,
                new ModelAnswers.Trained(
                        "2026-03-02T06:00:00Z",
                        "2026-02-02T06:00:00Z",
                        "2026-03-02T06:00:00Z",
                        Map.of("mae", 2.5, "rmse", Double.NaN),
                        "2026-03-02T06:00:00Z",
                        null),
                null,
                0.4,
                "trees",
                MADE,
                "2026-03-03T06:00:00Z",
                true);
    }

    public static ModelAnswers.Whole whole(int days) {
        ModelAnswers.Score score =
                new ModelAnswers.Score(15, null, null, null, "served", 8, 2.5, 3, -0.1, 0.9, Double.NaN, null);
        ModelAnswers.Score day =
                new ModelAnswers.Score(null, null, null, "2026-03-01", "trees", 8, 2.5, 3, -0.1, 0.9, Double.NaN, true);
        return new ModelAnswers.Whole(
                status(),
                new ModelFile.Provenance(
                        "speed",
                        List.of("29", "30"),
                        MADE,
                        MADE,
                        900,
                        "UTC",
                        Holidays.NONE,
                        Map.of("sql", "SELECT 1"),
                        "trees",
                        4,
                        0.9,
                        null,
                        List.of("value now"),
                        Map.of("polder", "1"),
                        Map.of("mae", 2.5)),
                List.of(new ModelFolder.Event(MADE, "The first model serves.")),
                new double[] {20, 40},
                days,
                List.of(score),
                List.of(),
                List.of(),
                List.of(day),
                List.of(new ModelAnswers.Against("last value", -0.3, Double.NaN, 8)));
    }

    public static ModelAnswers.History history() {
        return new ModelAnswers.History(
                "speed",
                "traffic",
                "speed",
                "trees",
                0.9,
                15,
                60,
                "Europe/Brussels",
                "belgium",
                "2026-03-01T00:00:00Z",
                "2026-03-01T12:00:00Z",
                List.of("rain"),
                false,
                List.of(new ModelAnswers.Part("SELECT 1 AS point", "SELECT 2 AS point")));
    }

    public static ModelAnswers.Features features(long ahead) {
        return new ModelAnswers.Features(
                "speed",
                "ridge",
                ahead,
                List.of(
                        new ModelAnswers.Feature("value now", 0.9, Double.NaN),
                        new ModelAnswers.Feature("rain", null, null)),
                new Dependence("rain", new float[] {0, 5}, new double[] {0.5, -4}, 2_000));
    }

    public static ModelAnswers.Latest latest() {
        return new ModelAnswers.Latest(
                "speed",
                MADE,
                "trees",
                0.9,
                15,
                new long[] {15, 30},
                List.of("29", "30"),
                new float[] {41, Float.NaN},
                new float[][] {{62, 50}, {63, 51}},
                new float[][] {{50, Float.NaN}, {51, Float.NaN}},
                new float[][] {{72, Float.NaN}, {73, Float.NaN}},
                true);
    }

    public static ModelAnswers.Point point(String point, int ahead) {
        ModelAnswers.Said said = new ModelAnswers.Said(MADE, MADE, ahead, 62, 50, 72, "trees", "2026-03-02T06:00:00Z");
        return new ModelAnswers.Point(
                "speed",
                point,
                15,
                ahead,
                MADE,
                List.of(
                        new ModelAnswers.Observed("2026-03-02T07:30:00Z", 60),
                        new ModelAnswers.Observed("2026-03-02T07:45:00Z", Float.NaN)),
                List.of(said),
                List.of(said),
                true);
    }

    public static ModelAnswers.Why why(String point, int ahead) {
        return new ModelAnswers.Why(
                "speed",
                point,
                ahead,
                MADE,
                MADE,
                "trees",
                "62 at 08:00: 41 at 07:45, +21 what is usual then and now",
                62,
                41,
                List.of(new Reasons.Part("what is usual then and now", 21)));
    }
}
