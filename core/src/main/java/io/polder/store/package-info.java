/**
 * The store: where tables live. What it means is written here and held by {@code StoreContract} in the test kit; how it
 * is done is the business of {@code io.polder.store.duck} and its siblings.
 *
 * <p>What flows in: {@link io.polder.store.Batch}es of events of one table. What flows out: {@link
 * io.polder.store.Commit}s. The invariant: a table's rows, its positions in the log, its ledger and what it owes to
 * other topics change together or not at all.
 */
@NullMarked
package io.polder.store;

import org.jspecify.annotations.NullMarked;
