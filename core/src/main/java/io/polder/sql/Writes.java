package io.polder.sql;

import java.util.List;
import java.util.Locale;

/** INSERT, UPSERT, UPDATE and DELETE. */
final class Writes {
    private Writes() {}

    static Statement read(String asked, List<Token> tokens, Session session, Catalog catalog) {
        throw SqlProblem.at(
                asked,
                tokens.get(0).start(),
                tokens.get(0).text().toUpperCase(Locale.ROOT) + " is not supported: rows come from feeds",
                "post events to a feed");
    }
}
