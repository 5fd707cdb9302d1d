package io.polder.predict;

/** Says what is to come from what was. Trained already, does not change, and is safe for several threads. */
public interface Forecaster {
    /** What people call it. */
    String name();

    /** How many steps of the past it wants to see, at most. */
    int inputs();

    /** How many steps it looks ahead. */
    int horizons();

    /**
     * Says what comes after a series.
     *
     * @param known what is known when the forecast is made, of the points that it was trained on, in the same order; its
     *     last step is the latest. May have fewer steps than {@link #inputs}, and none of them a number.
     */
    Forecast forecast(Series known);
}
