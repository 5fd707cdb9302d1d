package io.polder.predict;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is usual for a point at a time of the week, and how far days differ from it: mean and deviation over the days of the
 * training range, by kind of day and slot of a quarter of an hour (or of the series' step, where that is longer). A day far
 * from the others (an incident) is brought near to them first. Between the middles of two slots it is interpolated.
 *
 * <p>Kinds of days are working days and free ones; with four weeks of history, each day of the week, and free ones that are
 * none of a weekend as Sundays.
 */
final class SeasonalProfile {
    private static final Duration SLOT = Duration.ofMinutes(15);
    private static final int WEEKS_FOR_DAYS = 4;
    /** From how many days on it is known which of them is far from the others. */
    private static final int ENOUGH_DAYS = 4;

    private static final double FAR = 4 * 1.4826;
    private static final int NONE = Integer.MIN_VALUE;

    /** Null in a model that was read: it is not trained any more. */
    private final @Nullable Series training;

    private final int kinds;
    private final int slots;
    private final int stepsOfSlot;
    /** Of each point, by kind and slot. */
    private final float[][] sums;

    private final float[][] squares;
    private final short[][] counts;
    private final float[][] least;
    private final float[][] most;
    private final float[] overall;

    private SeasonalProfile(@Nullable Series training, int kinds, int slots, int stepsOfSlot, int points) {
        this.training = training;
        this.kinds = kinds;
        this.slots = slots;
        this.stepsOfSlot = stepsOfSlot;
        this.sums = new float[points][kinds * slots];
        this.squares = new float[points][kinds * slots];
        this.counts = new short[points][kinds * slots];
        this.least = new float[training == null ? 0 : points][kinds * slots];
        this.most = new float[training == null ? 0 : points][kinds * slots];
        this.overall = new float[points];
    }

    static SeasonalProfile of(Series training) {
        int kinds = training.steps() >= WEEKS_FOR_DAYS * 7 * training.slotsOfDay() ? 7 : 2;
        int stepsOfSlot = (int) Math.max(1, SLOT.dividedBy(training.step()));
        int slots = (training.slotsOfDay() + stepsOfSlot - 1) / stepsOfSlot;
        SeasonalProfile profile = new SeasonalProfile(
                training, kinds, slots, stepsOfSlot, training.points().size());
        profile.fill(training);
        return profile;
    }

    /** Writes what forecasts need. */
    void write(DataOutput out) throws IOException {
        out.writeInt(overall.length);
        out.writeInt(kinds);
        out.writeInt(slots);
        out.writeInt(stepsOfSlot);
        for (int point = 0; point < overall.length; point++) {
            out.writeFloat(overall[point]);
            for (int cell = 0; cell < kinds * slots; cell++) {
                out.writeFloat(sums[point][cell]);
                out.writeFloat(squares[point][cell]);
                out.writeShort(counts[point][cell]);
            }
        }
    }

    static SeasonalProfile read(DataInput in) throws IOException {
        int points = in.readInt();
        SeasonalProfile profile = new SeasonalProfile(null, in.readInt(), in.readInt(), in.readInt(), points);
        for (int point = 0; point < points; point++) {
            profile.overall[point] = in.readFloat();
            for (int cell = 0; cell < profile.kinds * profile.slots; cell++) {
                profile.sums[point][cell] = in.readFloat();
                profile.squares[point][cell] = in.readFloat();
                profile.counts[point][cell] = in.readShort();
            }
        }
        return profile;
    }

    /** Whether there is enough history to tell the days of the week apart. */
    boolean hasWeeks() {
        return kinds > 2;
    }

    private void fill(Series training) {
        Series.Moment[] moments = new Series.Moment[training.steps()];
        for (int at = 0; at < moments.length; at++) {
            moments[at] = training.moment(at);
        }
        // Of each kind and slot, the steps with which its days begin.
        int[][] begins = new int[kinds * slots][0];
        for (int at = 0; at < moments.length; at++) {
            if (at == 0 || moments[at].slot() % stepsOfSlot == 0) {
                int cell = cell(moments[at]);
                begins[cell] = Arrays.copyOf(begins[cell], begins[cell].length + 1);
                begins[cell][begins[cell].length - 1] = at;
            }
        }
        float usual = mean(training);
        for (int point = 0; point < sums.length; point++) {
            float mean = mean(training, point);
            overall[point] = Float.isNaN(mean) ? usual : mean;
            for (int cell = 0; cell < begins.length; cell++) {
                float[] days = new float[begins[cell].length];
                int found = 0;
                for (int begin : begins[cell]) {
                    float ofSlot = slotMean(training, point, begin - moments[begin].slot() % stepsOfSlot);
                    if (!Float.isNaN(ofSlot)) {
                        days[found++] = ofSlot;
                    }
                }
                fill(point, cell, Arrays.copyOf(days, found));
            }
        }
    }

    /** What points have on average, which is all that can be said of one that was never there. */
    private static float mean(Series training) {
        double sum = 0;
        int count = 0;
        for (int point = 0; point < training.points().size(); point++) {
            float mean = mean(training, point);
            if (!Float.isNaN(mean)) {
                sum += mean;
                count++;
            }
        }
        return count == 0 ? 0 : (float) (sum / count);
    }

    /** NaN when the point has no number. */
    private static float mean(Series training, int point) {
        double sum = 0;
        int count = 0;
        for (int at = 0; at < training.steps(); at++) {
            float value = training.value(point, at);
            if (!Float.isNaN(value)) {
                sum += value;
                count++;
            }
        }
        return (float) (sum / count);
    }

    private void fill(int point, int cell, float[] days) {
        least[point][cell] = Float.NEGATIVE_INFINITY;
        most[point][cell] = Float.POSITIVE_INFINITY;
        if (days.length >= ENOUGH_DAYS) {
            float median = median(days.clone());
            float[] away = new float[days.length];
            for (int day = 0; day < away.length; day++) {
                away[day] = Math.abs(days[day] - median);
            }
            float reach = (float) (FAR * median(away));
            least[point][cell] = median - reach;
            most[point][cell] = median + reach;
        }
        for (float day : days) {
            float near = near(point, cell, day);
            sums[point][cell] += near;
            squares[point][cell] += near * near;
        }
        counts[point][cell] = (short) days.length;
    }

    /** A day's mean, near to the others, as a distance from the point's mean, so that a large one costs no digits. */
    private float near(int point, int cell, float mean) {
        return Math.max(least[point][cell], Math.min(most[point][cell], mean)) - overall[point];
    }

    private static float median(float[] numbers) {
        Arrays.sort(numbers);
        int half = numbers.length / 2;
        return numbers.length % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
    }

    /** The mean of the slot of the training range that begins with a step; NaN where it has no number. */
    private float slotMean(Series training, int point, int from) {
        float sum = 0;
        int count = 0;
        for (int step = Math.max(0, from); step < Math.min(training.steps(), from + stepsOfSlot); step++) {
            float value = training.value(point, step);
            if (!Float.isNaN(value)) {
                sum += value;
                count++;
            }
        }
        return count == 0 ? Float.NaN : sum / count;
    }

    private int kind(Series.Moment moment) {
        if (kinds == 2) {
            return moment.isFree() ? 1 : 0;
        }
        int day = moment.local().getDayOfWeek().getValue() - 1;
        return moment.isFree() && day < 5 ? 6 : day;
    }

    private int cell(Series.Moment moment) {
        return kind(moment) * slots + moment.slot() / stepsOfSlot;
    }

    /** What is usual then; for a point without any number in the training range what others have on average. */
    float mean(int point, Series.Moment moment) {
        return interpolated(point, moment, NONE, true);
    }

    /** How far days are from it, a standard deviation; NaN where fewer than two days are known. */
    float deviation(int point, Series.Moment moment) {
        return interpolated(point, moment, NONE, false);
    }

    /**
     * As {@link #mean} of a step of the training range, from all days but its own: what a model is trained on must not know
     * the number that it is to predict.
     */
    float meanWithout(int point, Series.Moment moment, int at) {
        return interpolated(point, moment, at, true);
    }

    float deviationWithout(int point, Series.Moment moment, int at) {
        return interpolated(point, moment, at, false);
    }

    private float interpolated(int point, Series.Moment moment, int own, boolean isMean) {
        int kind = kind(moment);
        int slot = moment.slot() / stepsOfSlot;
        int within = moment.slot() % stepsOfSlot;
        float from = (within + 0.5f) / stepsOfSlot - 0.5f;
        int side = from < 0 ? -1 : 1;
        int neighbour = Math.floorMod(slot + side, slots);
        float weight = Math.abs(from);
        int ownHere = own == NONE ? NONE : own - within;
        float here = statistic(point, kind, slot, ownHere, isMean);
        if (weight == 0) {
            return here;
        }
        boolean isSameDay = slot + side == neighbour;
        int ownThere = own == NONE || !isSameDay ? NONE : ownHere + side * stepsOfSlot;
        return here * (1 - weight) + statistic(point, kind, neighbour, ownThere, isMean) * weight;
    }

    private float statistic(int point, int kind, int slot, int own, boolean isMean) {
        int cell = kind * slots + slot;
        float sum = sums[point][cell];
        float square = squares[point][cell];
        int count = counts[point][cell];
        if (own != NONE) {
            float mean = slotMean(Objects.requireNonNull(training, "a model that was read is not trained"), point, own);
            if (!Float.isNaN(mean)) {
                float near = near(point, cell, mean);
                sum -= near;
                square -= near * near;
                count--;
            }
        }
        if (isMean) {
            return count > 0 ? overall[point] + sum / count : other(point, kind, slot);
        }
        return count > 1 ? (float) Math.sqrt(Math.max(0, square - sum * sum / count) / (count - 1)) : Float.NaN;
    }

    /** What the same slot has on days of another kind; where there are none, what the point has on average. */
    private float other(int point, int kind, int slot) {
        float sum = 0;
        int count = 0;
        for (int another = 0; another < kinds; another++) {
            if (another != kind) {
                sum += sums[point][another * slots + slot];
                count += counts[point][another * slots + slot];
            }
        }
        return count == 0 ? overall[point] : overall[point] + sum / count;
    }
}
