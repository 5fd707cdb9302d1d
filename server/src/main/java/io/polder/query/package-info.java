/**
 * Query: gated SQL over the store, for people and tools.
 */
@NullMarked
package io.polder.query;

import org.jspecify.annotations.NullMarked;
