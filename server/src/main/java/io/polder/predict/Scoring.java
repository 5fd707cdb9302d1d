package io.polder.predict;

import io.polder.config.Model;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Scores what was said of a step against what it had: sums by steps ahead, forecaster and band, which SQL can add up.
 * Scoring a step again gives rows with the same keys, which take the place of the earlier ones.
 */
final class Scoring {
    private final Model model;
    private final StepQuery query;

    Scoring(Model model, StepQuery query) {
        this.model = model;
        this.query = query;
    }

    /** Sums over points. */
    private static final class Sums {
        private long count;
        private long promised;
        private long covered;
        private double absolute;
        private double squared;
        private double error;
        private double width;

        void add(float predicted, float low, float high, float observed) {
            double off = (double) predicted - observed;
            count++;
            absolute += Math.abs(off);
            squared += off * off;
            error += off;
            if (!Float.isNaN(low) && !Float.isNaN(high)) {
                promised++;
                covered += observed >= low && observed <= high ? 1 : 0;
                width += (double) high - low;
            }
        }
    }

    /**
     * Writes the scores of a step.
     *
     * @param recent has what was observed
     * @param origins what was said, by the number of the first step that was forecast
     */
    void score(long step, RecentSteps recent, Map<Long, Origin> origins, double[] limits, EventLines lines) {
        for (int ahead = 1; ahead <= model.horizons(); ahead++) {
            Origin origin = origins.get(step - ahead + 1);
            if (origin == null) {
                continue;
            }
            float[] observed = recent.at(step, origin.points());
            Map<String, Forecast> all = new TreeMap<>(origin.said());
            all.put(Model.SERVED, origin.served());
            for (Map.Entry<String, Forecast> one : all.entrySet()) {
                score(step, ahead, one.getKey(), one.getValue(), observed, limits, lines);
            }
        }
    }

    private void score(
            long step,
            int ahead,
            String forecaster,
            Forecast said,
            float[] observed,
            double[] limits,
            EventLines lines) {
        Sums[] bands = new Sums[limits.length + 1];
        Arrays.setAll(bands, band -> new Sums());
        for (int point = 0; point < said.values().length; point++) {
            float predicted = said.values()[point][ahead - 1];
            if (!Float.isNaN(predicted) && !Float.isNaN(observed[point])) {
                bands[Bands.of(limits, observed[point])].add(
                        predicted, said.lows()[point][ahead - 1], said.highs()[point][ahead - 1], observed[point]);
            }
        }
        for (int at = 0; at < bands.length; at++) {
            int band = at;
            Sums sums = bands[at];
            // One that has become empty takes the place of what was there.
            lines.add(json -> {
                json.writeStringField("for_when", query.time(step).toString());
                json.writeNumberField("ahead", ahead * model.step().toMinutes());
                json.writeStringField("forecaster", forecaster);
                json.writeNumberField("band", band);
                EventLines.number(json, "band_from", band == 0 ? Double.NaN : limits[band - 1]);
                EventLines.number(json, "band_to", band == limits.length ? Double.NaN : limits[band]);
                json.writeNumberField("n", sums.count);
                json.writeNumberField("covered", sums.covered);
                json.writeNumberField("promised", sums.promised);
                EventLines.number(json, "sum_absolute", sums.absolute);
                EventLines.number(json, "sum_squared", sums.squared);
                EventLines.number(json, "sum_error", sums.error);
                EventLines.number(json, "sum_width", sums.width);
            });
        }
    }
}
