/**
 * The simulator: feeds that behave like the real ones, for machines without a network.
 */
@NullMarked
package io.polder.simulate;

import org.jspecify.annotations.NullMarked;
