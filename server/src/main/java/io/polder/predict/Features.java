package io.polder.predict;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model looks at when it says what a point will have some steps ahead: its own last steps, what is usual now and
 * then, what its neighbours do, how all points are, and when it is. Everything is known at the time of the forecast, since
 * it comes from a {@link Known}; nothing knows what the numbers are of.
 *
 * <p>Immutable, safe for several threads.
 */
final class Features {
    private static final int[] LAGS = {1, 2, 3, 4, 6, 8, 11};
    private static final int RECENT = 3;
    private static final int NAMED = 5;
    /** How many features there are of a kind. */
    private static final int OWN = 4;

    private static final int USUAL = 7;
    private static final int TOGETHER = 4;
    static final int NEIGHBOURS = 8;
    /** How many steps back features look, the latest with them. */
    static final int INPUTS = 12;

    private final SeasonalProfile profile;
    private final Levels[] levels;
    private final int[][] neighbours;
    private final List<String> covariates;
    private final List<String> names;

    private Features(SeasonalProfile profile, Levels[] levels, int[][] neighbours, List<String> covariates) {
        this.profile = profile;
        this.levels = levels;
        this.neighbours = neighbours;
        this.covariates = covariates;
        this.names = names(covariates);
    }

    /** Learns what is usual, and who tells what of whom, from the training range. */
    static Features of(Series training, int horizons) {
        SeasonalProfile profile = SeasonalProfile.of(training);
        float[][] away = new float[training.points().size()][training.steps()];
        for (int at = 0; at < training.steps(); at++) {
            Series.Moment moment = training.moment(at);
            for (int point = 0; point < away.length; point++) {
                away[point][at] = training.value(point, at) - profile.meanWithout(point, moment, at);
            }
        }
        return new Features(
                profile,
                Levels.of(training),
                Neighbours.of(away, NEIGHBOURS, Math.max(1, horizons / 2)),
                training.covariates());
    }

    void write(DataOutput out) throws IOException {
        profile.write(out);
        out.writeInt(covariates.size());
        for (String covariate : covariates) {
            out.writeUTF(covariate);
        }
        for (int point = 0; point < levels.length; point++) {
            levels[point].write(out);
            out.writeByte(neighbours[point].length);
            for (int other : neighbours[point]) {
                out.writeInt(other);
            }
        }
    }

    static Features read(DataInput in, int points) throws IOException {
        SeasonalProfile profile = SeasonalProfile.read(in);
        String[] covariates = new String[in.readInt()];
        for (int at = 0; at < covariates.length; at++) {
            covariates[at] = in.readUTF();
        }
        Levels[] levels = new Levels[points];
        int[][] neighbours = new int[points][];
        for (int point = 0; point < points; point++) {
            levels[point] = Levels.read(in);
            neighbours[point] = new int[in.readByte()];
            for (int rank = 0; rank < neighbours[point].length; rank++) {
                neighbours[point][rank] = in.readInt();
            }
        }
        return new Features(profile, levels, neighbours, List.of(covariates));
    }

    /** What features are, in words. */
    List<String> list() {
        return names;
    }

    /** Of what kind a feature is, in words that suit "+6 …". */
    String theme(int feature) {
        if (feature <= LAGS.length + OWN) {
            return "how its last values went";
        }
        int at = feature - LAGS.length - OWN - 1;
        if (at < USUAL) {
            return "what is usual then and now";
        }
        if (at < USUAL + TOGETHER) {
            return "how all points are";
        }
        if (at < USUAL + TOGETHER + 3 * NAMED + 3) {
            return "its neighbours";
        }
        if (feature >= names.size() - 2 * covariates.size()) {
            return covariates.get((feature - names.size() + 2 * covariates.size()) / 2);
        }
        return at < USUAL + TOGETHER + 3 * NAMED + 6 ? "the time" : "what the point is like";
    }

    List<String> covariates() {
        return covariates;
    }

    private static List<String> names(List<String> covariates) {
        List<String> names = new ArrayList<>(List.of("value now"));
        for (int lag : LAGS) {
            names.add("change over " + lag + (lag == 1 ? " step" : " steps"));
        }
        names.addAll(List.of(
                "mean of the last steps against now",
                "least of the last steps against now",
                "most of the last steps against now",
                "restlessness of the last steps",
                "what is usual then against now",
                "how much what is usual changes until then",
                "a low day then against now",
                "a high day then against now",
                "how much days differ then",
                "now against what is usual now",
                "the last steps against what was usual",
                "how all points are against what is usual",
                "how all points have changed",
                "how many points are low",
                "how many more points are low than before"));
        for (int neighbour = 1; neighbour <= NAMED; neighbour++) {
            names.add("neighbour " + neighbour + " against what is usual");
            names.add("change of neighbour " + neighbour);
            names.add("level of neighbour " + neighbour);
        }
        names.addAll(List.of(
                "neighbours against what is usual",
                "change of the neighbours",
                "what is usual then at the neighbours against now",
                "time of day",
                "free day",
                "day of the week",
                "low end of the point",
                "median of the point",
                "high end of the point",
                "top of the point",
                "restlessness of the point",
                "level now",
                "usual level then"));
        for (String covariate : covariates) {
            names.add(covariate);
            names.add("change of " + covariate);
        }
        return List.copyOf(names);
    }

    /** What is known when a forecast is made, and what all points together tell of it. */
    static final class Known {
        private final Series series;
        private final List<String> covariates;
        private final int last;
        private final Series.Moment[] moments;
        private final int own;
        private final float[] away;
        private final float together;
        private final float togetherChange;
        private final float low;
        private final float lowChange;

        private Known(Series series, Series.Moment[] moments, int own, float[] away, float[] together, float[] low) {
            this.series = series;
            this.covariates = series.covariates();
            this.last = series.steps() - 1;
            this.moments = moments;
            this.own = own;
            this.away = away;
            this.together = together[0];
            this.togetherChange = together[0] - together[1];
            this.low = low[0];
            this.lowChange = low[0] - low[1];
        }

        /** The value so many steps before the last; NaN where there is none. */
        private float value(int point, int lag) {
            return lag > last ? Float.NaN : series.value(point, last - lag);
        }

        /** Of what is known beside, the value that is known since at most the lag. */
        private float covariate(int index, int point, int lag) {
            return lag > last ? Float.NaN : series.lastCovariate(index, point, last - lag);
        }
    }

    /**
     * What is known after the last step of a series.
     *
     * @param horizons how far ahead will be asked
     */
    Known known(Series series, int horizons) {
        return known(series, horizons, NOT_TRAINING);
    }

    private static final int NOT_TRAINING = -1;

    /** As {@link #known}, of steps of the training range: of what is usual their own days know nothing. */
    Known training(Series training, int at, int horizons) {
        return known(training.window(Math.max(0, at - INPUTS + 1), at + 1), horizons, at);
    }

    private Known known(Series series, int horizons, int own) {
        int steps = series.steps();
        Series.Moment[] moments = new Series.Moment[INPUTS + horizons];
        for (int at = 0; at < moments.length; at++) {
            moments[at] = series.moment(steps - INPUTS + at);
        }
        int points = levels.length;
        float[] away = new float[points];
        float[] together = new float[2];
        float[] low = new float[2];
        int[] lags = {0, RECENT};
        for (int part = 0; part < 2; part++) {
            int counted = 0;
            int lagOfLow = part == 0 ? 0 : 2 * RECENT;
            int countedLow = 0;
            for (int point = 0; point < points; point++) {
                float value = lags[part] >= steps ? Float.NaN : series.value(point, steps - 1 - lags[part]);
                float distance = value - usual(point, moments, own, lags[part]);
                if (part == 0) {
                    away[point] = distance;
                }
                if (!Float.isNaN(distance)) {
                    together[part] += distance;
                    counted++;
                }
                float then = lagOfLow >= steps ? Float.NaN : series.value(point, steps - 1 - lagOfLow);
                if (!Float.isNaN(then)) {
                    low[part] += levels[point].isLow(then) ? 1 : 0;
                    countedLow++;
                }
            }
            together[part] = counted == 0 ? Float.NaN : together[part] / counted;
            low[part] = countedLow == 0 ? Float.NaN : low[part] / countedLow;
        }
        return new Known(series, moments, own, away, together, low);
    }

    private float usual(int point, Series.Moment[] moments, int own, int lag) {
        Series.Moment moment = moments[INPUTS - 1 - lag];
        return own == NOT_TRAINING ? profile.mean(point, moment) : profile.meanWithout(point, moment, own - lag);
    }

    /** What models add to: the latest value; where there is none in sight, what is usual now. */
    float base(Known known, int point) {
        for (int lag = 0; lag < INPUTS; lag++) {
            float value = known.value(point, lag);
            if (!Float.isNaN(value)) {
                return value;
            }
        }
        return usual(point, known.moments, known.own, 0);
    }

    /** The features of a point for a forecast so many steps ahead, from 1. */
    float[] row(Known known, int point, int ahead) {
        float[] row = new float[names.size()];
        int at = 0;
        float now = base(known, point);
        row[at++] = now;
        for (int lag : LAGS) {
            row[at++] = now - known.value(point, lag);
        }
        float sum = 0;
        float squares = 0;
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        float before = 0;
        int count = 0;
        for (int lag = 0; lag < INPUTS; lag++) {
            float value = known.value(point, lag);
            if (!Float.isNaN(value)) {
                float difference = value - now;
                sum += difference;
                squares += difference * difference;
                least = Math.min(least, difference);
                most = Math.max(most, difference);
                before += value - usual(point, known.moments, known.own, lag);
                count++;
            }
        }
        row[at++] = count == 0 ? Float.NaN : sum / count;
        row[at++] = count == 0 ? Float.NaN : least;
        row[at++] = count == 0 ? Float.NaN : most;
        row[at++] = count == 0 ? Float.NaN : (float) Math.sqrt(Math.max(0, squares - sum * sum / count) / count);

        Series.Moment then = known.moments[INPUTS - 1 + ahead];
        boolean isTraining = known.own != NOT_TRAINING;
        int ownThen = known.own + ahead;
        float usualThen = isTraining ? profile.meanWithout(point, then, ownThen) : profile.mean(point, then);
        float differ = isTraining ? profile.deviationWithout(point, then, ownThen) : profile.deviation(point, then);
        float usualNow = usual(point, known.moments, known.own, 0);
        row[at++] = usualThen - now;
        row[at++] = usualThen - usualNow;
        row[at++] = usualThen - differ - now;
        row[at++] = usualThen + differ - now;
        row[at++] = differ;
        row[at++] = now - usualNow;
        row[at++] = count == 0 ? Float.NaN : before / count;
        row[at++] = known.together;
        row[at++] = known.togetherChange;
        row[at++] = known.low;
        row[at++] = known.lowChange;
        at = neighbours(known, point, then, ownThen, row, at);
        row[at++] = then.slot();
        row[at++] = then.isFree() ? 1 : 0;
        // Where each day of the week was there once or twice, it would only tell the days apart.
        row[at++] = profile.hasWeeks() ? then.local().getDayOfWeek().getValue() : Float.NaN;
        Levels level = levels[point];
        row[at++] = level.low();
        row[at++] = level.median();
        row[at++] = level.high();
        row[at++] = level.top();
        row[at++] = level.restlessness();
        row[at++] = level.position(now);
        row[at++] = level.position(usualThen);
        for (String covariate : covariates) {
            // A column that has gone is not known, and trees know where such rows went.
            int index = known.covariates.indexOf(covariate);
            float value = index < 0 ? Float.NaN : known.covariate(index, point, 0);
            row[at++] = value;
            row[at++] = index < 0 ? Float.NaN : value - known.covariate(index, point, INPUTS - 1);
        }
        return row;
    }

    /**
     * Features of a linear model, none missing (what is, is what is usual), and room for the target behind them.
     *
     * <p>The last values as they are, what is usual now and then, the neighbours now and their change, all points together.
     */
    double[] linear(Known known, int point, int ahead) {
        double[] row = new double[INPUTS + 3 + 2 * neighbours[point].length + 1];
        int at = 0;
        for (int lag = 0; lag < INPUTS; lag++) {
            row[at++] = filled(known, point, lag);
        }
        Series.Moment then = known.moments[INPUTS - 1 + ahead];
        row[at++] = known.own == NOT_TRAINING
                ? profile.mean(point, then)
                : profile.meanWithout(point, then, known.own + ahead);
        row[at++] = usual(point, known.moments, known.own, 0);
        row[at++] = Float.isNaN(known.together) ? 0 : known.together;
        for (int other : neighbours[point]) {
            double now = filled(known, other, 0);
            row[at++] = now;
            row[at++] = now - filled(known, other, RECENT);
        }
        return row;
    }

    private float filled(Known known, int point, int lag) {
        float value = known.value(point, lag);
        return Float.isNaN(value) ? usual(point, known.moments, known.own, lag) : value;
    }

    private int neighbours(Known known, int point, Series.Moment then, int ownThen, float[] row, int from) {
        int at = from;
        int[] others = neighbours[point];
        float away = 0;
        int counted = 0;
        float change = 0;
        int changed = 0;
        float coming = 0;
        for (int rank = 0; rank < Math.max(NAMED, others.length); rank++) {
            if (rank >= others.length) {
                row[at++] = Float.NaN;
                row[at++] = Float.NaN;
                row[at++] = Float.NaN;
                continue;
            }
            int other = others[rank];
            float value = known.value(other, 0);
            float distance = known.away[other];
            float difference = value - known.value(other, RECENT);
            if (rank < NAMED) {
                row[at++] = distance;
                row[at++] = difference;
                row[at++] = levels[other].position(value);
            }
            if (!Float.isNaN(distance)) {
                away += distance;
                coming += (known.own == NOT_TRAINING
                                ? profile.mean(other, then)
                                : profile.meanWithout(other, then, ownThen))
                        - value;
                counted++;
            }
            if (!Float.isNaN(difference)) {
                change += difference;
                changed++;
            }
        }
        row[at++] = counted == 0 ? Float.NaN : away / counted;
        row[at++] = changed == 0 ? Float.NaN : change / changed;
        row[at++] = counted == 0 ? Float.NaN : coming / counted;
        return at;
    }
}
