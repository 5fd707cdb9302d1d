package io.polder.sql;

import java.util.Set;

/** Words of Impala and of the engine. */
final class Words {
    /** Words that no operand begins with and no column is called. */
    static final Set<String> RESERVED =
            Set.of(("select distinct all from where and or not on using when then else end by group order having limit"
                            + " offset between like ilike rlike regexp iregexp in is as case union intersect except minus join"
                            + " inner outer left right full cross semi anti straight_join values with exists asc desc nulls over"
                            + " partition rows range preceding following unbounded div tablesample escape set into table")
                    .split(" "));

    /** Reserved words that the engine could take for a function before a bracket. */
    static final Set<String> NEVER_CALLED = Set.of("range", "rows", "table", "set", "into", "escape");

    /** Words that the engine reserves and Impala does not: as names they are quoted. */
    static final Set<String> ENGINE_ONLY =
            Set.of(("analyse analyze any array asymmetric both check collate column constraint create deferrable"
                            + " describe do fetch for foreign grant initially lambda lateral leading only pivot pivot_longer"
                            + " pivot_wider placing primary qualify references returning show some summarize symmetric to trailing"
                            + " unique unpivot variadic window default user try_cast authorization binary collation concurrently"
                            + " freeze generated glob isnull map natural notnull overlaps positional similar struct tablesample"
                            + " unpack asof at")
                    .split(" "));

    private Words() {}

    /** A name as the engine reads it; names do not differ by case. */
    static String name(String name) {
        return '"' + name.toLowerCase(java.util.Locale.ROOT).replace("\"", "\"\"") + '"';
    }

    /** A text as the engine reads it: no escapes but the doubled quote. */
    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
