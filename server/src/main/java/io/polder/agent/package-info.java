/**
 * Agents: sources, channels and sinks, as Flume's configuration describes them.
 *
 * <p>What flows in are events from the world through a {@link io.polder.agent.Source}; what flows out are batches to where
 * a {@link io.polder.agent.Sink} delivers them. The invariant: a batch whose sender was told that it is accepted is in all
 * required channels of its source, and leaves a channel only when a sink has delivered it.
 *
 * <p>Types of components come as {@link io.polder.agent.Parts}; those that need a library live in a package of their own
 * ({@code agent.http}, {@code agent.kafka}) or in a jar of their own.
 */
@NullMarked
package io.polder.agent;

import org.jspecify.annotations.NullMarked;
