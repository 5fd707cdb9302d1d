/**
 * The vocabulary: the values that every other package speaks in.
 *
 * <p>Nothing here knows of files, networks or engines. Everything is immutable unless its Javadoc says otherwise.
 */
@NullMarked
package io.polder.record;

import org.jspecify.annotations.NullMarked;
