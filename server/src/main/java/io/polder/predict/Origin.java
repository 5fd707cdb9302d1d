package io.polder.predict;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that was said when a step had ended: by the one that served, and by the others in its shadow. Points are those
 * of {@link RecentSteps}, in its order. Where a model does not know a point, a baseline stands for it, so that all are scored
 * on the same points. Immutable.
 *
 * @param step number of the first step that is forecast
 * @param said by forecaster
 * @param served what was given away
 * @param by who said that, point by point: an index into {@code names}
 * @param version of the model that served; empty for baselines
 */
record Origin(long step, Map<String, Forecast> said, Forecast served, byte[] by, List<String> names, String version) {
    /**
     * One in which a baseline stands for the points that the chosen one does not know.
     *
     * @param said each of all points
     * @param knows whether the chosen one knows a point
     */
    static Origin of(
            long step, Map<String, Forecast> said, boolean[] knows, String chosen, String baseline, String version) {
        Forecast forecast = Objects.requireNonNull(said.get(chosen));
        byte[] by = new byte[knows.length];
        for (int point = 0; point < by.length; point++) {
            by[point] = (byte) (knows[point] ? 0 : 1);
        }
        // A copy, of which points can be replaced.
        Forecast served = new Forecast(
                forecast.values().clone(),
                forecast.lows().clone(),
                forecast.highs().clone());
        return new Origin(step, new LinkedHashMap<>(said), served, by, List.of(chosen, baseline), version);
    }

    /** Who serves most points. */
    String forecaster() {
        return names.get(0);
    }

    /** Who said what was given away of a point. */
    String forecaster(int point) {
        return names.get(by[point]);
    }

    /** A forecast of some points as one of all; of the others what {@code instead} says. */
    static Forecast spread(Forecast of, int[] places, Forecast instead) {
        Forecast all = new Forecast(
                instead.values().clone(),
                instead.lows().clone(),
                instead.highs().clone());
        for (int at = 0; at < places.length; at++) {
            int point = places[at];
            if (point >= 0 && point < all.values().length) {
                all.values()[point] = of.values()[at];
                all.lows()[point] = of.lows()[at];
                all.highs()[point] = of.highs()[at];
            }
        }
        return all;
    }
}
