package io.polder.predict;

import io.polder.statistics.SgdRidge;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model that was published of traffic speed in Flanders, as it was: hourly means, the hour one-hot and as a number, the
 * day of the week as Impala counts it (1 is Sunday), and as "weekend" the days 6 and 7 of that count, which are Friday and
 * Saturday. docs/prediction.md says what is wrong with it. It is kept to be compared with.
 */
public final class PublishedModel implements Forecaster {
    /** 24 hours, day of week, weekend, hour. */
    public static final int FEATURES = 27;

    private final @Nullable SgdRidge[] models;
    private final int horizons;

    private PublishedModel(@Nullable SgdRidge[] models, int horizons) {
        this.models = models;
        this.horizons = horizons;
    }

    /** The features of an hour. */
    public static double[] features(int hour, DayOfWeek day) {
        double[] features = new double[FEATURES];
        int impala = day.getValue() % 7 + 1;
        features[hour] = 1;
        features[24] = impala;
        features[25] = impala == 6 || impala == 7 ? 1 : 0;
        features[26] = hour;
        return features;
    }

    /** One for each point, on the means of its hours. */
    public static PublishedModel fit(Series training, int horizons) {
        SgdRidge[] models = new SgdRidge[training.points().size()];
        Series.Moment[] moments = new Series.Moment[training.steps()];
        for (int at = 0; at < moments.length; at++) {
            moments[at] = training.moment(at);
        }
        for (int point = 0; point < models.length; point++) {
            Map<Long, double[]> hours = new LinkedHashMap<>();
            Map<Long, double[]> features = new LinkedHashMap<>();
            for (int at = 0; at < moments.length; at++) {
                float value = training.value(point, at);
                if (!Float.isNaN(value)) {
                    int hour = moments[at].local().getHour();
                    long key = moments[at].day() * 24 + hour;
                    double[] sum = hours.computeIfAbsent(key, none -> new double[2]);
                    sum[0] += value;
                    sum[1]++;
                    features.putIfAbsent(key, features(hour, moments[at].local().getDayOfWeek()));
                }
            }
            if (!hours.isEmpty()) {
                double[] means = hours.values().stream()
                        .mapToDouble(sum -> sum[0] / sum[1])
                        .toArray();
                List<double[]> rows = new ArrayList<>(features.values());
                models[point] = SgdRidge.fit(rows.toArray(double[][]::new), means, SgdRidge.Settings.PUBLISHED);
            }
        }
        return new PublishedModel(models, horizons);
    }

    /** What was fitted for a point; null when it had no number. */
    public @Nullable SgdRidge model(int point) {
        return models[point];
    }

    @Override
    public String name() {
        return "published model";
    }

    @Override
    public int inputs() {
        return 0;
    }

    @Override
    public int horizons() {
        return horizons;
    }

    @Override
    public Forecast forecast(Series known) {
        Forecast forecast = Forecast.empty(models.length, horizons);
        for (int step = 0; step < horizons; step++) {
            Series.Moment moment = known.moment(known.steps() + step);
            double[] row = features(moment.local().getHour(), moment.local().getDayOfWeek());
            for (int point = 0; point < models.length; point++) {
                SgdRidge model = models[point];
                forecast.values()[point][step] = model == null ? 0 : (float) model.predict(row);
            }
        }
        return forecast;
    }
}
