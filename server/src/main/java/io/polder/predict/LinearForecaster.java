package io.polder.predict;

import io.polder.statistics.CrossProducts;
import io.polder.statistics.Ridge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Ridge regression, for each point and each number of steps ahead one of its own: on the point's last values, what is usual
 * now and then, its neighbours and all points together. Its weights can be read, with their standard errors. The penalty is
 * chosen by leaving out one day after the other.
 */
public final class LinearForecaster implements Forecaster {
    private static final List<Double> PENALTIES = List.of(1e-4, 1e-3, 1e-2, 0.1, 1.0);

    private final Features features;
    private final @Nullable Ridge[][] models;
    private final int horizons;

    private LinearForecaster(Features features, @Nullable Ridge[][] models, int horizons) {
        this.features = features;
        this.models = models;
        this.horizons = horizons;
    }

    /** Fits all of them. */
    public static LinearForecaster fit(Series training, int horizons) {
        Features features = Features.of(training, horizons);
        int points = training.points().size();
        Features.Known[] known = new Features.Known[training.steps()];
        long[] days = new long[training.steps()];
        for (int at = Features.INPUTS - 1; at < known.length; at++) {
            known[at] = features.training(training, at, horizons);
            days[at] = training.moment(at).day();
        }
        Ridge[][] models = new Ridge[points][horizons];
        IntStream.range(0, points).parallel().forEach(point -> {
            for (int horizon = 0; horizon < horizons; horizon++) {
                Map<Long, CrossProducts> blocks = new LinkedHashMap<>();
                int width = 0;
                for (int at = Features.INPUTS - 1; at + horizon + 1 < known.length; at++) {
                    double[] row = features.linear(known[at], point, horizon + 1);
                    width = row.length - 1;
                    row[width] = training.value(point, at + horizon + 1);
                    blocks.computeIfAbsent(days[at], day -> new CrossProducts(row.length))
                            .add(row);
                }
                List<CrossProducts> filled = new ArrayList<>(blocks.values());
                filled.removeIf(block -> block.count() == 0);
                if (filled.size() >= 2) {
                    int[] columns = IntStream.range(0, width).toArray();
                    models[point][horizon] = Ridge.fitBest(filled, columns, width, PENALTIES);
                }
            }
        });
        return new LinearForecaster(features, models, horizons);
    }

    /** What was fitted for a point and so many steps ahead, from 1; null where it had too few numbers. */
    public @Nullable Ridge model(int point, int ahead) {
        return models[point][ahead - 1];
    }

    @Override
    public String name() {
        return "ridge";
    }

    @Override
    public int inputs() {
        return Features.INPUTS;
    }

    @Override
    public int horizons() {
        return horizons;
    }

    @Override
    public Forecast forecast(Series known) {
        Forecast forecast = Forecast.empty(models.length, horizons);
        Features.Known seen = features.known(known, horizons);
        for (int point = 0; point < models.length; point++) {
            for (int horizon = 0; horizon < horizons; horizon++) {
                Ridge model = models[point][horizon];
                forecast.values()[point][horizon] = model == null
                        ? features.base(seen, point)
                        : (float) model.predict(features.linear(seen, point, horizon + 1));
            }
        }
        return forecast;
    }
}
