/**
 * Agents that feed agents, with Flume's own protocol: calls in Avro's encoding over a connection of Netty's. Events come in
 * by {@link AvroSource} and go out by {@link AvroSink}; either end may be a real Flume. Only this package knows Avro and
 * Netty.
 */
@NullMarked
package io.polder.agent.avro;

import org.jspecify.annotations.NullMarked;
