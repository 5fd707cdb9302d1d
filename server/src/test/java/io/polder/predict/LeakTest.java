package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What comes after a forecast was made must not change it. */
class LeakTest {
    private static final int HORIZONS = 4;
    private static final int SPLIT = 12 * Made.SLOTS;

    @Test
    void nothingThatComesLaterChangesAForecast() throws IOException {
        Series series = Made.series(1, 5, 15);
        Series training = series.window(0, SPLIT);
        List<Forecaster> all = new ArrayList<>(Baselines.all(training, 12, HORIZONS));
        all.add(TreesForecaster.fit(training, Made.small(HORIZONS), done -> {}));
        all.add(LinearForecaster.fit(training, HORIZONS));
        all.add(PublishedModel.fit(training, HORIZONS));
        all.add(RidgeForecaster.fit(training, HORIZONS, 0.9));

        for (Forecaster forecaster : all) {
            assertThat(changed(forecaster, series)).as(forecaster.name()).isZero();
        }
    }

    /** Not what is known beside either, which comes at a pace of its own. */
    @Test
    void nothingThatIsKnownBesideLaterChangesAForecast() throws IOException {
        Series series = withWind(Made.series(4, 3, 15));
        Series training = series.window(0, SPLIT);

        for (Forecaster forecaster : List.of(
                TreesForecaster.fit(training, Made.small(HORIZONS), done -> {}),
                RidgeForecaster.fit(training, HORIZONS, 0.9))) {
            assertThat(changed(forecaster, series)).as(forecaster.name()).isZero();
        }
    }

    private static Series withWind(Series series) {
        float[] wind = new float[series.steps()];
        for (int at = 0; at < wind.length; at++) {
            wind[at] = at % 4 == 0 ? series.value(0, at) + at % 7 : Float.NaN;
        }
        return series.with(List.of(new Series.Covariate("wind", new float[][] {wind})));
    }

    /** The split is a wall: what is behind it changes nothing of what was learned before it. */
    @Test
    void nothingBehindTheSplitChangesWhatIsLearned() {
        Series series = Made.series(2, 4, 15);
        Series other = altered(series, SPLIT);

        Forecast one = TreesForecaster.fit(series.window(0, SPLIT), Made.small(HORIZONS), done -> {})
                .forecast(series.window(SPLIT - 12, SPLIT));
        Forecast same = TreesForecaster.fit(other.window(0, SPLIT), Made.small(HORIZONS), done -> {})
                .forecast(series.window(SPLIT - 12, SPLIT));

        assertThat(same.values()).isDeepEqualTo(one.values());
        assertThat(same.lows()).isDeepEqualTo(one.lows());

        Series known = series.window(SPLIT - 7 * Made.SLOTS, SPLIT);
        assertThat(RidgeForecaster.fit(other.window(0, SPLIT), HORIZONS, 0.9).forecast(known))
                .usingRecursiveComparison()
                .isEqualTo(RidgeForecaster.fit(series.window(0, SPLIT), HORIZONS, 0.9)
                        .forecast(known));
    }

    @Test
    void aPlantedLeakIsCaught() throws IOException {
        Series series = Made.series(3, 5, 15);

        assertThat(changed(new Peeking(SPLIT), series)).isPositive();
    }

    /** Knows the whole series, as a model does whose features were computed before the data were split. */
    private record Peeking(int split) implements Forecaster {
        private static Series whole = Made.series(3, 5, 15);

        @Override
        public String name() {
            return "peeking";
        }

        @Override
        public int inputs() {
            return 12;
        }

        @Override
        public int horizons() {
            return HORIZONS;
        }

        @Override
        public Forecast forecast(Series known) {
            Forecast forecast = Forecast.empty(known.points().size(), HORIZONS);
            int at = (int) java.time.Duration.between(whole.time(0), known.time(known.steps()))
                    .dividedBy(known.step());
            for (int point = 0; point < forecast.values().length; point++) {
                // A mean around the step that is forecast, which reaches into what is not known yet.
                forecast.values()[point][0] = (whole.value(point, at - 1) + whole.value(point, at)) / 2;
            }
            return forecast;
        }
    }

    /** How many forecasts of some origins become others when all numbers from the origin on do. */
    private static int changed(Forecaster forecaster, Series series) throws IOException {
        int changed = 0;
        for (int origin = SPLIT + 12; origin + HORIZONS <= series.steps(); origin += 37) {
            Series altered = altered(series, origin);
            Peeking.whole = series;
            List<Float> before = forecasts(forecaster, series, origin);
            Peeking.whole = altered;
            List<Float> after = forecasts(forecaster, altered, origin);
            for (int at = 0; at < before.size(); at++) {
                changed += before.get(at).equals(after.get(at)) ? 0 : 1;
            }
        }
        return changed;
    }

    /** By the same way by which the evaluation goes. */
    private static List<Float> forecasts(Forecaster forecaster, Series series, int origin) throws IOException {
        List<Float> all = new ArrayList<>();
        double[] scales = Backtest.scales(series.window(0, SPLIT));
        Backtest.Protocol protocol =
                new Backtest.Protocol(origin, origin + HORIZONS, 7 * Made.SLOTS, HORIZONS, new double[] {50});
        Backtest.run(
                series,
                protocol,
                scales,
                List.of(forecaster),
                (String point, Instant madeAt, Instant forWhen, float predicted, float observed) -> all.add(predicted));
        return all;
    }

    private static Series altered(Series series, int from) {
        Random random = new Random(from);
        float[][] values = Made.values(series);
        for (float[] ofPoint : values) {
            for (int at = from; at < ofPoint.length; at++) {
                ofPoint[at] = random.nextInt(10) == 0 ? Float.NaN : 1_000 * random.nextFloat();
            }
        }
        Series altered = Made.of(values);
        List<Series.Covariate> beside = new ArrayList<>();
        for (int index = 0; index < series.covariates().size(); index++) {
            float[] row = new float[series.steps()];
            for (int at = 0; at < row.length; at++) {
                row[at] = at < from ? series.covariate(index, 0, at) : 1_000 * random.nextFloat();
            }
            beside.add(new Series.Covariate(series.covariates().get(index), new float[][] {row}));
        }
        return beside.isEmpty() ? altered : altered.with(beside);
    }
}
