package io.polder.predict;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Forecasts that anybody can make in his head, and that a model has to beat: the last value, that of the same slot a week
 * (or less history: a day) ago, and the historical average of the slot. All of it from the training range.
 */
public final class Baselines {
    /** The mean of the slot, which is known of a point that has no number now. */
    static final String AVERAGE = "historical average";

    /** What they are called, in the order of {@link #all}. */
    static final List<String> NAMES = List.of("last value", "same slot before", AVERAGE);

    private Baselines() {}

    /** All of them, trained on a series. */
    public static List<Forecaster> all(Series training, int inputs, int horizons) {
        SeasonalProfile profile = SeasonalProfile.of(training);
        List<Forecaster> all = new ArrayList<>();
        all.add(new LastValue(profile, inputs, horizons));
        all.add(new SameSlot(training, profile, horizons));
        all.add(new HistoricalAverage(profile, horizons));
        return all;
    }

    /** The latest value that there is; where there is none, the average of the slot. */
    private record LastValue(SeasonalProfile profile, int inputs, int horizons) implements Forecaster {
        @Override
        public String name() {
            return "last value";
        }

        @Override
        public Forecast forecast(Series known) {
            Forecast forecast = Forecast.empty(known.points().size(), horizons);
            for (int point = 0; point < forecast.values().length; point++) {
                float last = Float.NaN;
                for (int at = known.steps() - 1; at >= 0 && Float.isNaN(last); at--) {
                    last = known.value(point, at);
                }
                for (int step = 0; step < horizons; step++) {
                    forecast.values()[point][step] =
                            Float.isNaN(last) ? profile.mean(point, known.moment(known.steps() + step)) : last;
                }
            }
            return forecast;
        }
    }

    /** What the same slot of the last such day of the training range had: a week ago, or the last day of its kind. */
    private record SameSlot(Series training, SeasonalProfile profile, int horizons) implements Forecaster {
        @Override
        public String name() {
            return "same slot before";
        }

        @Override
        public int inputs() {
            return 0;
        }

        @Override
        public Forecast forecast(Series known) {
            Forecast forecast = Forecast.empty(known.points().size(), horizons);
            for (int step = 0; step < horizons; step++) {
                Series.Moment moment = known.moment(known.steps() + step);
                int at = before(moment);
                for (int point = 0; point < forecast.values().length; point++) {
                    float then = at < 0 ? Float.NaN : training.value(point, at);
                    forecast.values()[point][step] = Float.isNaN(then) ? profile.mean(point, moment) : then;
                }
            }
            return forecast;
        }

        /** By the clock on the wall: a week in which summer time begins has an hour less. */
        private int before(Series.Moment moment) {
            for (int weeks = 1; weeks <= 5; weeks++) {
                int then = at(moment.local().minusWeeks(weeks));
                if (then >= 0 && then < training.steps()) {
                    return then;
                }
            }
            for (int days = 1; days <= 7; days++) {
                int then = at(moment.local().minusDays(days));
                if (then >= 0
                        && then < training.steps()
                        && training.moment(then).isFree() == moment.isFree()) {
                    return then;
                }
            }
            return -1;
        }

        private int at(LocalDateTime local) {
            Instant time = local.atZone(training.calendar().zone()).toInstant();
            long millis = Duration.between(training.time(0), time).toMillis();
            return Math.toIntExact(Math.floorDiv(millis, training.step().toMillis()));
        }
    }

    /** The mean of the slot over all days of its kind. */
    private record HistoricalAverage(SeasonalProfile profile, int horizons) implements Forecaster {
        @Override
        public String name() {
            return AVERAGE;
        }

        @Override
        public int inputs() {
            return 0;
        }

        @Override
        public Forecast forecast(Series known) {
            Forecast forecast = Forecast.empty(known.points().size(), horizons);
            for (int step = 0; step < horizons; step++) {
                Series.Moment moment = known.moment(known.steps() + step);
                for (int point = 0; point < forecast.values().length; point++) {
                    forecast.values()[point][step] = profile.mean(point, moment);
                }
            }
            return forecast;
        }
    }
}
