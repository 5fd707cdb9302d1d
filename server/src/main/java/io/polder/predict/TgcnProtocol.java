package io.polder.predict;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;

/**
 * The task that was published with T-GCN (Zhao et al., 2019) and tried by many since: speeds of 207 points in Los Angeles in
 * steps of five minutes, the first 80 % to train on, the last 20 % to be forecast from 12 steps each, the error averaged over
 * all steps up to the horizon. Everything that its authors left to choose is chosen here once.
 */
public final class TgcnProtocol {
    public static final int INPUTS = 12;
    public static final int HORIZONS = 12;
    /** In steps, of five minutes each. */
    public static final List<Integer> TOLD = List.of(3, 6, 9, 12);

    private static final ZoneId ZONE = ZoneId.of("America/Los_Angeles");
    private static final double TRAINED = 0.8;
    private static final double[] BANDS = {20, 40, 60};

    /** When the first step is. */
    public static final Instant START =
            LocalDateTime.of(2012, 3, 1, 0, 0).atZone(ZONE).toInstant();

    public static final Duration STEP = Duration.ofMinutes(5);
    public static final Series.Calendar CALENDAR = Series.Calendar.of(ZONE);

    /**
     * What was published of a model.
     *
     * @param rmse at each of the told horizons
     * @param mae at each of the told horizons
     */
    public record Published(String name, double[] rmse, double[] mae) {}

    /** Errors that were published, in the order of the years. The T-GCN is the one of its best epoch on the test range. */
    public static List<Published> published() {
        return List.of(
                new Published("historical average", all(7.44), all(4.01)),
                new Published("SVR", new double[] {6.01, 6.96, 7.75, 8.44}, new double[] {3.73, 3.72, 4.13, 4.50}),
                new Published("GRU", new double[] {5.22, 6.28, 7.03, 7.66}, new double[] {3.06, 3.65, 4.52, 4.80}),
                new Published("T-GCN", new double[] {5.13, 6.06, 6.71, 7.27}, new double[] {3.18, 3.75, 4.12, 4.60}));
    }

    private static double[] all(double same) {
        return new double[] {same, same, same, same};
    }

    private TgcnProtocol() {}

    /** Whether it has the shape of the file that the published numbers are of. */
    public static boolean isPublished(Series series) {
        return series.points().size() == 207 && series.steps() == 2_016;
    }

    /** The part to train on. */
    public static Series training(Series series) {
        return series.window(0, trained(series));
    }

    private static int trained(Series series) {
        return (int) (series.steps() * TRAINED);
    }

    /** The rest: every origin that has all its inputs and all that it forecasts in it. */
    public static Backtest.Protocol test(Series series) {
        return new Backtest.Protocol(trained(series) + INPUTS, series.steps(), INPUTS, HORIZONS, BANDS);
    }
}
