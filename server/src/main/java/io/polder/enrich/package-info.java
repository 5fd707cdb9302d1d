/**
 * Enrich: from the log through a table's SELECT to the store, in micro-batches, exactly once.
 */
@NullMarked
package io.polder.enrich;

import org.jspecify.annotations.NullMarked;
