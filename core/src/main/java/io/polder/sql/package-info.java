/**
 * The SQL that tools speak, in words that the engine understands.
 *
 * <p>What flows in: the text of one statement, the {@link io.polder.sql.Session} that it was said in, and what may be
 * known of the mart ({@link io.polder.sql.Catalog}). What flows out: a {@link io.polder.sql.Statement}, or a {@link
 * io.polder.sql.SqlProblem} that names the word. No engine is needed here, and nothing is run.
 *
 * <p>The invariant: a text is read token by token, so that a quote, an escape or a comment means what it means in Impala
 * and never anything else in the engine. What comes out of here is not trusted for all that: a SELECT passes the gate of
 * {@code query} before it runs, like one that a person wrote.
 */
@NullMarked
package io.polder.sql;

import org.jspecify.annotations.NullMarked;
