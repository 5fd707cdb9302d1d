package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.polder.record.PolderException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TreesForecasterTest {
    private static final int HORIZONS = 6;
    private static final int SPLIT = 21 * Made.SLOTS;

    @Test
    void itBeatsAllBaselinesAtEachHorizonAndKeepsItsPromise() throws IOException {
        Series series = Made.series(11, 6, 28);
        List<Scores> scores = backtest(series, TreesForecaster.fit(training(series), Made.small(HORIZONS), done -> {}));

        Scores ours = scores.get(0);
        for (Scores baseline : scores.subList(1, scores.size())) {
            for (int steps = 1; steps <= HORIZONS; steps++) {
                assertThat(ours.at(steps).rmse()).isLessThan(baseline.at(steps).rmse());
                assertThat(ours.at(steps).mae()).isLessThan(baseline.at(steps).mae());
            }
            assertThat(ours.absoluteAgainst(baseline, HORIZONS).chance()).isLessThan(0.05);
            assertThat(ours.absoluteAgainst(baseline, HORIZONS).difference()).isNegative();
        }
        assertThat(ours.upTo(HORIZONS).coverage()).isBetween(0.85, 0.95);
    }

    @Test
    void reasonsAddUpToTheForecast() {
        Series series = Made.series(15, 5, 14);
        TreesForecaster trees = TreesForecaster.fit(series, Made.small(HORIZONS), done -> {});
        float[][] values = trees.forecast(series).values();

        for (int point = 0; point < values.length; point++) {
            Reasons reasons = trees.why(series, point, 3);

            double sum = reasons.latest() + reasons.always();
            for (Reasons.Part part : reasons.parts()) {
                sum += part.by();
            }
            assertThat((double) reasons.value()).isCloseTo(values[point][2], within(1e-3));
            assertThat(sum).isCloseTo(reasons.value(), within(1e-2));
            assertThat(reasons.features()).hasSize(trees.features().size());
            assertThat(reasons.text(3)).matches("-?\\d+ at 00:30: -?\\d+ at 23:45(, [+−]\\d+ [a-z ]+)*");
        }
    }

    @Test
    void whatIsKnownBesideTellsOfWhatComes() throws IOException {
        Series alone = Made.series(16, 4, 21);
        Series wet = rained(alone, 5);
        Series beside = wet.with(List.of(new Series.Covariate("rain", new float[][] {rain(alone.steps(), 5)})));
        int split = 16 * Made.SLOTS;
        TreesForecaster without = TreesForecaster.fit(wet.window(0, split), Made.small(3), done -> {});
        TreesForecaster with = TreesForecaster.fit(beside.window(0, split), Made.small(3), done -> {});
        Backtest.Protocol protocol = new Backtest.Protocol(split, wet.steps(), Features.INPUTS, 3, new double[] {50});
        double[] scales = Backtest.scales(wet.window(0, split));

        double then = Backtest.run(wet, protocol, scales, List.of(without), (a, b, c, d, e) -> {})
                .get(0)
                .at(2)
                .mae();
        double now = Backtest.run(beside, protocol, scales, List.of(with), (a, b, c, d, e) -> {})
                .get(0)
                .at(2)
                .mae();
        assertThat(now).isLessThan(0.9 * then);
        assertThat(with.features()).contains("rain", "change of rain");

        int wettest = IntStream.range(split, wet.steps())
                .filter(at -> rain(wet.steps(), 5)[at] > 5)
                .findFirst()
                .orElseThrow();
        assertThat(with.why(beside.window(0, wettest + 1), 0, 2).parts().stream()
                        .map(Reasons.Part::what))
                .contains("rain");

        Dependence dependence = with.dependence(beside.window(split, wet.steps()), "rain", 2);
        assertThat(dependence.values()).isSorted();
        assertThat(dependence.adds()[dependence.adds().length - 1])
                .isLessThan(dependence.adds()[0] - 3);
        assertThatThrownBy(() -> with.dependence(beside, "rian", 2)).hasMessageContaining("did you mean 'rain'?");

        // The column disappears: the forecasts stay.
        for (float[] values : with.forecast(wet.window(split, split + 20)).values()) {
            for (float value : values) {
                assertThat(value).isFinite();
            }
        }
    }

    /** Showers that slow everybody down two steps later. */
    private static float[] rain(int steps, long seed) {
        Random random = new Random(seed);
        float[] rain = new float[steps];
        for (int at = 1; at < steps; at++) {
            rain[at] =
                    random.nextInt(20) == 0 ? 10 * random.nextFloat() : rain[at - 1] < 0.5f ? 0 : 0.8f * rain[at - 1];
        }
        return rain;
    }

    private static Series rained(Series series, long seed) {
        float[] rain = rain(series.steps(), seed);
        float[][] values = Made.values(series);
        for (float[] ofPoint : values) {
            for (int at = 2; at < ofPoint.length; at++) {
                ofPoint[at] -= 3 * rain[at - 2];
            }
        }
        return Made.of(values);
    }

    @Test
    void ridgeBeatsTheLastValueToo() throws IOException {
        Series series = Made.series(12, 6, 28);
        List<Scores> scores = backtest(series, LinearForecaster.fit(training(series), HORIZONS));

        assertThat(scores.get(0).upTo(HORIZONS).rmse())
                .isLessThan(scores.get(1).upTo(HORIZONS).rmse());
    }

    @Test
    void theNumberOfThreadsChangesNothing() {
        Series series = Made.series(13, 4, 14);
        TreesForecaster.Settings one = Made.small(2);
        TreesForecaster.Settings more = new TreesForecaster.Settings(
                2,
                one.trees(),
                one.leaves(),
                one.leastRows(),
                one.shrinkage(),
                one.rowShare(),
                one.columnShare(),
                one.mostRows(),
                one.certainty(),
                one.seed(),
                3);

        Forecast first = TreesForecaster.fit(series, one, done -> {}).forecast(series);
        Forecast second = TreesForecaster.fit(series, more, done -> {}).forecast(series);

        assertThat(second.values()).isDeepEqualTo(first.values());
        assertThat(second.highs()).isDeepEqualTo(first.highs());
    }

    @Test
    void gapsAndPointsWithoutAnyNumberDoNotStopIt() {
        Series whole = Made.series(14, 5, 14);
        float[][] values = Made.values(whole);
        Arrays.fill(values[4], Float.NaN);
        for (int at = 0; at < whole.steps(); at++) {
            if (at % 5 == 0) {
                values[1][at] = Float.NaN;
            }
        }
        Arrays.fill(values[2], whole.steps() - 20, whole.steps(), Float.NaN);
        Series series = Made.of(values);

        Forecast forecast =
                TreesForecaster.fit(series, Made.small(HORIZONS), done -> {}).forecast(series);

        for (float[] ofPoint : forecast.values()) {
            for (float value : ofPoint) {
                assertThat(value).isFinite();
            }
        }
        assertThat(forecast.values()[2][0]).as("what is usual").isBetween(30f, 100f);
    }

    @Test
    void tooLittleHistoryIsASentence() {
        assertThatThrownBy(() -> TreesForecaster.fit(Made.series(1, 2, 2), Made.small(2), done -> {}))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("too little")
                .hasMessageContaining("Fix: ");
    }

    private static Series training(Series series) {
        return series.window(0, SPLIT);
    }

    private static List<Scores> backtest(Series series, Forecaster forecaster) throws IOException {
        List<Forecaster> all = new ArrayList<>(List.of(forecaster));
        all.addAll(Baselines.all(training(series), 12, HORIZONS));
        return Backtest.run(
                series,
                new Backtest.Protocol(SPLIT, series.steps(), 12, HORIZONS, new double[] {50}),
                Backtest.scales(training(series)),
                all,
                (point, madeAt, forWhen, predicted, observed) -> {});
    }
}
