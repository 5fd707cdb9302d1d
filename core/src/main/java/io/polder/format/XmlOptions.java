package io.polder.format;

import java.util.Set;

/**
 * How XML documents are written. Names are local names: prefixes and namespaces are not looked at.
 *
 * @param record path of the element that is one event, from the root: {@code miv/meetpunt}
 * @param nulls texts that mean "no value" for every field, beside the empty element
 * @param decimal what stands before the fraction of a number: a point or a comma
 */
public record XmlOptions(String record, Set<String> nulls, char decimal) {
    public XmlOptions {
        nulls = Set.copyOf(nulls);
    }

    /** Records at {@code record}, no null words, decimal points. */
    public XmlOptions(String record) {
        this(record, Set.of(), '.');
    }
}
