/**
 * What numbers say, without an engine: dependencies and keys of a table, how columns go together, what texts look like
 * and stand for, which rows are alone.
 *
 * <p>What flows in: a {@link io.polder.statistics.CodedTable}, in which equal values have equal codes, or plain arrays.
 * What flows out: answers that depend on nothing else, and are the same for the same data.
 */
@NullMarked
package io.polder.statistics;

import org.jspecify.annotations.NullMarked;
