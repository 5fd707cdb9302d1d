/**
 * The step that says what numbers will be, how sure that is, why, and how good it has been.
 *
 * <p>What flows in: a {@link io.polder.predict.Series}, numbers of several points at equal steps in time. What flows out:
 * a {@link io.polder.predict.Forecaster} that was trained on it, its {@link io.polder.predict.Forecast}s, and the
 * {@link io.polder.predict.Scores} of a {@link io.polder.predict.Backtest}. A forecaster only ever gets a series that
 * ends when its forecast is made: what comes later is not there to be looked at, neither in training nor in use. Nothing
 * here knows what the numbers are of; {@code io.polder.statistics} computes.
 *
 * <p>{@link io.polder.predict.MartModels} does so in a mart that runs: it reads means by point and step from the store, writes
 * what forecasters say, and how far off they were, into the log, and has models trained in a process of their own.
 */
@NullMarked
package io.polder.predict;

import org.jspecify.annotations.NullMarked;
