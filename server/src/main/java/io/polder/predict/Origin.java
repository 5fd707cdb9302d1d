package io.polder.predict;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that was said when a step had ended: by the one that served, and by the others in its shadow. Where a model does
 * not know a point, a baseline stands for it, so that all are scored on the same points. Immutable.
 *
 * @param step number of the first step that is forecast
 * @param points what there was then, in the order of all that is said
 * @param said by forecaster
 * @param served what was given away
 * @param by who said that, point by point
 * @param forecaster who serves most points
 * @param version of the model that served; empty for baselines
 */
record Origin(
        long step,
        List<String> points,
        Map<String, Forecast> said,
        Forecast served,
        String[] by,
        String forecaster,
        String version) {
    /**
     * One in which each point is served by the forecaster that was chosen for it.
     *
     * @param said each of all points
     */
    static Origin of(
            long step,
            List<String> points,
            Map<String, Forecast> said,
            String[] by,
            String forecaster,
            String version) {
        Forecast served = new Forecast(new float[by.length][], new float[by.length][], new float[by.length][]);
        for (int point = 0; point < by.length; point++) {
            served.take(point, Objects.requireNonNull(said.get(by[point])), point);
        }
        return new Origin(step, points, new LinkedHashMap<>(said), served, by, forecaster, version);
    }

    /** Who said what was given away of a point. */
    String forecaster(int point) {
        return by[point];
    }

    /** Of the model that said what was given away of a point; empty for a baseline. */
    String version(int point) {
        return Baselines.NAMES.contains(by[point]) ? "" : version;
    }

    /** Whether something else was given away of a point than an earlier saying of the same. */
    boolean differs(int point, Origin earlier, int there) {
        return !by[point].equals(earlier.by[there])
                || !version(point).equals(earlier.version(there))
                || !Arrays.equals(served.values()[point], earlier.served.values()[there])
                || !Arrays.equals(served.lows()[point], earlier.served.lows()[there])
                || !Arrays.equals(served.highs()[point], earlier.served.highs()[there]);
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
                all.take(point, of, at);
            }
        }
        return all;
    }
}
