package io.polder.config;

import java.util.Set;

/** Words that cannot be names, because every query would have to quote them or would mean something else. */
final class SqlWords {
    /** The words that DuckDB's grammar reserves. */
    static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create"
                            + " default deferrable desc describe distinct do else end except false fetch for foreign from"
                            + " grant group having in initially intersect into lambda lateral leading limit not null"
                            + " offset on only or order pivot pivot_longer pivot_wider placing primary qualify references"
                            + " returning select show some summarize symmetric table then to trailing true union unique"
                            + " unpivot using variadic when where window with")
                    .split(" "));

    /** What the SELECT of a table calls the event, and what Polder calls its own schema and columns. */
    static final Set<String> OURS = Set.of("event", "polder", "provenance");

    private SqlWords() {}
}
