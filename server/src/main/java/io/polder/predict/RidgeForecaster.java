package io.polder.predict;

import io.polder.statistics.Ridge;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One ridge regression of all points together for each number of steps ahead, made of {@link RidgeSums}. Its weights can be
 * read, with their standard errors. It knows no intervals.
 *
 * @param terms what each looks at
 * @param models one for each number of steps ahead
 * @param means of the terms in training, which stand for what is not known
 */
record RidgeForecaster(List<LinearTerms> terms, List<Ridge> models, List<double[]> means) implements Forecaster {
    /** Fits one; nothing where a number of steps ahead has fewer than two days. */
    static Optional<RidgeForecaster> fit(List<RidgeSums> sums) {
        List<Ridge> models = new ArrayList<>();
        for (RidgeSums ofHorizon : sums) {
            Optional<Ridge> fitted = ofHorizon.fit();
            if (fitted.isEmpty()) {
                return Optional.empty();
            }
            models.add(fitted.get());
        }
        return Optional.of(new RidgeForecaster(
                sums.stream().map(RidgeSums::terms).toList(),
                models,
                sums.stream().map(RidgeSums::means).toList()));
    }

    @Override
    public String name() {
        return "ridge";
    }

    @Override
    public int inputs() {
        return terms.get(0).inputs();
    }

    @Override
    public int horizons() {
        return models.size();
    }

    /** NaN for a point of which nothing is known. */
    @Override
    public Forecast forecast(Series known) {
        Forecast forecast = Forecast.empty(known.points().size(), models.size());
        for (int horizon = 0; horizon < models.size(); horizon++) {
            double[] usual = means.get(horizon);
            for (int point = 0; point < forecast.values().length; point++) {
                double[] row = terms.get(horizon).row(known, point);
                if (Double.isNaN(row[0])) {
                    forecast.values()[point][horizon] = Float.NaN;
                    continue;
                }
                for (int term = 0; term < row.length; term++) {
                    row[term] = Double.isNaN(row[term]) ? usual[term] : row[term];
                }
                forecast.values()[point][horizon] = (float) models.get(horizon).predict(row);
            }
        }
        return forecast;
    }
}
