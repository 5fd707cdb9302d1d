/**
 * The simulator: the two traffic feeds of Flanders (<i>Meten in Vlaanderen</i>, MIV) for machines without a network, and an
 * API of the air of its cities.
 *
 * <p>{@link io.polder.simulate.Simulation} is the way in: it serves the feeds over HTTP and writes their history as files.
 * {@link io.polder.simulate.AirServer} serves the API.
 *
 * <p><b>What it is made of.</b> One real minute of all 4,254 measurement points and their real configuration. From these
 * every point gets a free-flow speed and a rate of vehicles per class, every carriageway its bottlenecks. A minute is then
 * a pure function of the seed and the minute: nothing is carried from one minute to the next, so that any minute can be
 * asked for at random, and the history agrees with what is served live. What must hang together over time (demand, queues,
 * weather) is noise with a memory, drawn by hashing places on a time axis and interpolating between them; incidents are
 * drawn by hashing (seed, carriageway, day).
 *
 * <p><b>Invariant.</b> Quirks of the feed stay in the proportions of the real minute: stale points with unset clocks,
 * failing loops, irregular readings, and the ways in which it says that there was no vehicle.
 */
@NullMarked
package io.polder.simulate;

import org.jspecify.annotations.NullMarked;
