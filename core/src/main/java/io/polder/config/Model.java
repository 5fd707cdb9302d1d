package io.polder.config;

import java.time.Duration;
import java.util.Optional;

/**
 * What is forecast: the mean of a number over each step of time, point by point.
 *
 * @param table whose rows; its {@code time} is the time
 * @param point the column that tells whose number it is; empty when all rows are one series
 * @param target SQL over a row: the number
 * @param step how long a step is: whole minutes that divide a day
 * @param horizon how far ahead is forecast; a multiple of the step
 * @param features a SELECT of further numbers by {@code time}, and by point when it has that column
 * @param algorithm how it is learned
 * @param history how far back is learned from
 * @param retrain how often
 * @param holidays whose holidays are like weekends: {@code none}, {@code belgium}
 * @param certainty with which a number is to be within its interval, between 0 and 1
 */
public record Model(
        String name,
        String table,
        Optional<String> point,
        String target,
        Duration step,
        Duration horizon,
        Optional<String> features,
        Algorithm algorithm,
        Duration history,
        Duration retrain,
        String holidays,
        double certainty) {
    /** Ways to learn. */
    public enum Algorithm {
        /** Gradient-boosted trees, of all points together. */
        TREES,
        /** Ridge regression from sums, of all points together. */
        RIDGE
    }

    /** The forecaster's name under which what was really said is scored, whoever said it. */
    public static final String SERVED = "served";

    /** Four fifths of the history have to be two days: of one alone nobody knows what is usual. */
    private static final Duration LEAST = Duration.ofHours(61);
    /** The last fifth has to be this and the horizon: a forecast of it, and the steps that the forecast is made of. */
    private static final int LEAST_STEPS = 12;

    private static final int FIFTHS = 5;

    /** How much history there has to be before anything can be learned. */
    public Duration leastHistory() {
        Duration steps = step.multipliedBy((long) FIFTHS * (LEAST_STEPS + horizons()));
        return steps.compareTo(LEAST) < 0 ? LEAST : steps;
    }

    /** How many steps ahead it looks. */
    public int horizons() {
        return Math.toIntExact(horizon.dividedBy(step));
    }

    /** The table of its forecasts, and the feed that fills it. */
    public String forecasts() {
        return "forecast_" + name;
    }

    /** The table of its scores, and the feed that fills it. */
    public String scores() {
        return "scores_" + name;
    }

    /** The view that adds its scores up by day. */
    public String scoreboard() {
        return "scoreboard_" + name;
    }
}
