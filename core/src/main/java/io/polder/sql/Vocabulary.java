package io.polder.sql;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What may be written in a statement besides names of the mart: for those that complete what somebody types. */
public final class Vocabulary {
    /** Words that begin or shape a statement and are no operands, beyond {@link Words#RESERVED}. */
    private static final List<String> STATEMENTS =
            List.of(("show describe explain use unset tables databases views functions create column stats formatted"
                            + " insert upsert update delete interval true false null cast extract current rollup cube"
                            + " grouping sets intersect recursive timezone")
                    .split(" "));

    private Vocabulary() {}

    /** A function as documents write it. */
    public record Called(String name, String signature, String says) {}

    /** The functions, in the order of the documentation; a name comes once for each form. */
    public static List<Called> functions() {
        return ImpalaFunctions.rules().stream()
                .map(rule -> new Called(rule.name(), rule.signature(), rule.says()))
                .toList();
    }

    /** Keywords in capitals, sorted. */
    public static List<String> keywords() {
        return Stream.concat(Words.RESERVED.stream(), STATEMENTS.stream())
                .map(word -> word.toUpperCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toList();
    }
}
