/**
 * The program: command line and wiring, in the order in which the data flows.
 */
@NullMarked
package io.polder.app;

import org.jspecify.annotations.NullMarked;
