/**
 * Ingest: feeds, from the world to the log. What it answers for is in the log.
 */
@NullMarked
package io.polder.ingest;

import org.jspecify.annotations.NullMarked;
