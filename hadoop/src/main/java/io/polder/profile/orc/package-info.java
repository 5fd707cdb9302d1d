/**
 * ORC files as a source of profiles: stripes come in by ORC's own reader, and go out as batches of Arrow.
 *
 * <p>Invariant: a value is what the writer wrote. Times without a zone are the writer's wall clock, instants are in UTC; what
 * is nested is JSON.
 */
@NullMarked
package io.polder.profile.orc;

import org.jspecify.annotations.NullMarked;
