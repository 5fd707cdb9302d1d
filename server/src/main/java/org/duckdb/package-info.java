/** What of the engine's driver is visible in its own package alone. */
@NullMarked
package org.duckdb;

import org.jspecify.annotations.NullMarked;
