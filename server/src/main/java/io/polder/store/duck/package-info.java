/**
 * The embedded store: one DuckDB file.
 *
 * <p>Each generation of a table {@code T} is a physical table {@code store."T~1"}: the table's columns, then {@code
 * _partition}, {@code _offset} and {@code _batch}, without any index. Beside it {@code store."T~1~late"} keeps late rows
 * that wait to be merged. People read the views {@code main.T} (the columns) and {@code provenance.T} (all of it), and
 * the views of schema {@code polder} (ledger, batches, rejects, marks).
 *
 * <p>The bookkeeping, in schema {@code store}:
 *
 * <ul>
 *   <li>{@code generations}: the tables' generations with their definitions' hashes; at most one of a table is current.
 *   <li>{@code batches}: one row for each commit, with the positions in the log after it ({@code 0:17,3:4}); the
 *       newest row of a generation holds.
 *   <li>{@code ledger}: what became of the events, as differences; summed they balance.
 *   <li>{@code outbox}: what is owed to other topics: records, and batches of rows by their number.
 *   <li>{@code marks}: rows that a rule has fixed, with what was, and rows that a rule marks.
 *   <li>{@code rejects}: why events were rejected; their bytes are in the log.
 *   <li>{@code idempotent}: the tokens of pushes with an idempotency key.
 * </ul>
 *
 * <p>Invariant: one transaction changes a generation's rows, its {@code batches} row, its ledger, its rejects and what
 * it owes. There is one writer at a time, and it never UPDATEs: DELETE and INSERT only, since an UPDATE suppresses the
 * automatic checkpoint while readers are busy.
 */
@NullMarked
package io.polder.store.duck;

import org.jspecify.annotations.NullMarked;
