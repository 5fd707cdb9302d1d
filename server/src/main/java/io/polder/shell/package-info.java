/**
 * Shell: SQL for people in a terminal and for scripts, over the HTTP interface of a mart that runs. Nothing of the mart
 * itself is needed here; only this package knows JLine.
 */
@NullMarked
package io.polder.shell;

import org.jspecify.annotations.NullMarked;
