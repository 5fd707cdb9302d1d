package io.polder.enrich;

import io.polder.store.Commit;
import java.util.List;
import java.util.function.Consumer;

/** All tables of a mart, followed from the log. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Enrichment implements AutoCloseable {
    public List<TableStatus> tables() {
        throw new UnsupportedOperationException();
    }

    /** Calls {@code listener} after each commit, on the writing thread: it must not block. */
    public void onCommit(Consumer<Commit> listener) {
        throw new UnsupportedOperationException();
    }

    /** Starts to recompute a table from the log beside the running one; switches over when it has caught up. */
    public void rebuild(String table) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
