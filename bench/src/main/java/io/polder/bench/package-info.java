/** Measurements: what the program costs, with the commands that anybody can run again. Never shipped. */
@NullMarked
package io.polder.bench;

import org.jspecify.annotations.NullMarked;
