package io.polder.predict;

import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** A forecaster that has learned, knows how good it was, can say why, and can be kept in a {@link ModelFile}. */
public interface Learned extends Forecaster {
    /**
     * How good it was on a stretch of the training range when it had seen what is before that alone, over all steps ahead.
     *
     * @param mae mean absolute error
     * @param rmse root of the mean squared error
     */
    record Tried(double mae, double rmse) {}

    /** How good it was when it was tried on what it had not seen. */
    Tried tried();

    /** With what certainty a number is to be within its interval. */
    double certainty();

    /** What it looks at, in words. */
    List<String> features();

    /** What it knows of beside the numbers, by name. */
    List<String> covariates();

    /**
     * Why it says what it says of one point.
     *
     * @param known as for {@link #forecast}
     * @param ahead how many steps ahead, from 1
     */
    Reasons why(Series known, int point, int ahead);

    /**
     * How its forecasts depend on one thing.
     *
     * @param known moments to take the mean of: all points at steps spread evenly over it
     * @param feature one of {@link #features}
     * @param ahead how many steps ahead, from 1
     * @throws io.polder.record.PolderException NOT_FOUND when it does not look at that
     */
    Dependence dependence(Series known, String feature, int ahead);

    /** Writes what forecasts need; {@link ModelFile} puts beside it where it comes from. */
    void write(DataOutput out) throws IOException;
}
