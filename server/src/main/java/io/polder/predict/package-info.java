/**
 * The step that says what numbers will be, how sure that is, why, and how good it has been.
 *
 * <p>What flows in: a {@link io.polder.predict.Series}, numbers of several points at equal steps in time. What flows out:
 * a {@link io.polder.predict.Forecaster} that was trained on it, its {@link io.polder.predict.Forecast}s, and the
 * {@link io.polder.predict.Scores} of a {@link io.polder.predict.Backtest}. A forecaster only ever gets a series that
 * ends when its forecast is made: what comes later is not there to be looked at, neither in training nor in use. Nothing
 * here knows what the numbers are of, and nothing knows an engine; {@code io.polder.statistics} computes.
 */
@NullMarked
package io.polder.predict;

import org.jspecify.annotations.NullMarked;
