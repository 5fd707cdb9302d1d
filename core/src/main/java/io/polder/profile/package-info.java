/**
 * What is in the data, and which rules hold.
 *
 * <p>What flows in: a {@link io.polder.profile.CodedTable}, in which equal values have equal codes. What flows out: its
 * minimal dependencies and keys ({@link io.polder.profile.Dependencies}). No engine is needed here.
 */
@NullMarked
package io.polder.profile;

import org.jspecify.annotations.NullMarked;
