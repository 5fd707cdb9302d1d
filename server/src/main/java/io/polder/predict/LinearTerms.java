package io.polder.predict;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a linear model of all points together looks at, in SQL, where it is summed up, and in Java, where it forecasts: the
 * value now, how it came there, what there was a day and a week before the time that is forecast, what is known beside, and
 * the hour of that time, of working days and of free ones apart. What is missing is as the value now.
 *
 * @param slots of a day
 * @param ahead how many steps ahead, from 1
 * @param covariates columns of what is known beside
 */
record LinearTerms(Series.Calendar calendar, long stepSeconds, int slots, int ahead, List<String> covariates) {
    private static final int[] LAGS = {1, 2, 3};
    private static final int HOURS = 24;
    private static final int DAYS_OF_WEEK = 7;

    LinearTerms {
        covariates = List.copyOf(covariates);
    }

    static LinearTerms of(Series series, int ahead) {
        return new LinearTerms(
                series.calendar(), series.step().toSeconds(), series.slotsOfDay(), ahead, series.covariates());
    }

    /** How many steps back it looks. */
    int inputs() {
        return DAYS_OF_WEEK * slots;
    }

    /** How many of the terms are numbers; the others say which hour it is. */
    int numbers() {
        return 1 + LAGS.length + 2 + covariates.size();
    }

    /** All terms. */
    int size() {
        return numbers() + 2 * HOURS;
    }

    /** What the terms are, in words. */
    List<String> names() {
        List<String> names = new ArrayList<>(List.of("value now"));
        for (int lag : LAGS) {
            names.add("change over " + lag + (lag == 1 ? " step" : " steps"));
        }
        names.add("a day before against now");
        names.add("a week before against now");
        names.addAll(covariates);
        for (int hour = 0; hour < 2 * HOURS; hour++) {
            names.add((hour < HOURS ? "working day, " : "free day, ") + hour % HOURS + " h");
        }
        return names;
    }

    /**
     * A SELECT that sums up all rows of some days, for {@link RidgeSums#add}: of each day, hour and kind of day how many
     * rows there are, the means of the numbers and of the target, and their products around the means.
     *
     * @param series a SELECT of {@code point}, {@code time} (a TIMESTAMP, UTC), {@code value}, and the covariates, called by
     *     {@link FeatureQuery#alias}; at most one row for a point and step. It has to begin {@link #inputs} steps before the first day
     * @param first the first local day of the times that are forecast
     * @param last the last one
     */
    String sql(String series, LocalDate first, LocalDate last) {
        List<String> terms = new ArrayList<>(List.of("value"));
        for (int lag : LAGS) {
            terms.add("value - coalesce(" + lagged(lag) + ", value)");
        }
        terms.add("coalesce(" + lagged(before(slots)) + ", value) - value");
        terms.add(
                "coalesce(" + lagged(DAYS_OF_WEEK * slots - ahead) + ", " + lagged(before(slots)) + ", value) - value");
        for (int covariate = 0; covariate < covariates.size(); covariate++) {
            terms.add(FeatureQuery.alias(covariate));
        }
        terms.add(lagged(-ahead));
        StringBuilder columns = new StringBuilder();
        StringBuilder known = new StringBuilder("isfinite(x0)");
        for (int term = 0; term < terms.size(); term++) {
            columns.append(", CAST(")
                    .append(terms.get(term))
                    .append(" AS DOUBLE) AS x")
                    .append(term);
            known.append(term == 0 ? "" : " AND isfinite(x" + term + ")");
        }
        StringBuilder means = new StringBuilder();
        StringBuilder products = new StringBuilder();
        for (int term = 0; term < terms.size(); term++) {
            means.append(", avg(x").append(term).append(')');
            for (int other = 0; other <= term; other++) {
                products.append(String.format(Locale.ROOT, ", covar_pop(x%d, x%d) * count(*)", term, other));
            }
        }
        String zone = calendar.zone().getId().replace("'", "''");
        return "WITH series AS (" + series + "),"
                + " terms AS (SELECT timezone('" + zone + "', timezone('UTC', time + to_seconds(" + ahead * stepSeconds
                + "))) AS local_time" + columns + " FROM series WHERE value IS NOT NULL"
                + " WINDOW p AS (PARTITION BY point ORDER BY time))"
                + " SELECT date_diff('day', DATE '1970-01-01', CAST(local_time AS DATE)), hour(local_time), "
                + free("local_time", first, last)
                + ", count(*)" + means + products
                + " FROM terms WHERE CAST(local_time AS DATE) BETWEEN DATE '" + first + "' AND DATE '" + last + "' AND "
                + known + " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
    }

    /** How many steps before now it is that whole periods are between then and the time that is forecast. */
    private int before(int period) {
        return (ahead + period - 1) / period * period - ahead;
    }

    /** The value so many steps before; after, when negative. By time and not by row, since steps may be missing. */
    private String lagged(int lag) {
        String place = "INTERVAL " + Math.abs(lag) * stepSeconds + " SECONDS " + (lag < 0 ? "FOLLOWING" : "PRECEDING");
        return "first_value(value) OVER (PARTITION BY point ORDER BY time RANGE BETWEEN " + place + " AND " + place
                + ")";
    }

    private String free(String then, LocalDate first, LocalDate last) {
        String holidays = first.datesUntil(last.plusDays(1))
                .filter(calendar.holidays()::has)
                .map(day -> "DATE '" + day + "'")
                .collect(Collectors.joining(", "));
        String weekend = "isodow(" + then + ") >= 6";
        return "CAST(" + weekend + (holidays.isEmpty() ? "" : " OR CAST(" + then + " AS DATE) IN (" + holidays + ")")
                + " AS INTEGER)";
    }

    /** Where among the terms an hour is. */
    int hour(int hour, boolean isFree) {
        return numbers() + (isFree ? HOURS : 0) + hour;
    }

    /**
     * The terms of a point, for what comes so many steps after the last of {@code known}; NaN where nothing is known of
     * it.
     */
    double[] row(Series known, int point) {
        double[] row = new double[size()];
        numbers(known, point, known.steps() - 1, row);
        Series.Moment then = known.moment(known.steps() - 1 + ahead);
        LocalDateTime local = then.local();
        row[hour(local.getHour(), then.isFree())] = 1;
        return row;
    }

    /** Fills in those of the terms that are numbers, by what is known up to a step. */
    void numbers(Series known, int point, int last, double[] row) {
        double now = value(known, point, last);
        for (int lag = 1; Double.isNaN(now) && lag < Features.INPUTS; lag++) {
            now = value(known, point, last - lag);
        }
        int at = 0;
        row[at++] = now;
        for (int lag : LAGS) {
            row[at++] = now - or(value(known, point, last - lag), now);
        }
        double day = value(known, point, last - before(slots));
        row[at++] = or(day, now) - now;
        row[at++] = or(value(known, point, last - before(DAYS_OF_WEEK * slots)), or(day, now)) - now;
        for (String covariate : covariates) {
            int index = known.covariates().indexOf(covariate);
            row[at++] = index < 0 || last < 0 ? Double.NaN : known.lastCovariate(index, point, last);
        }
    }

    private static double value(Series known, int point, int at) {
        return at < 0 ? Double.NaN : known.value(point, at);
    }

    private static double or(double value, double other) {
        return Double.isNaN(value) ? other : value;
    }
}
