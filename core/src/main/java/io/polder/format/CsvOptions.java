package io.polder.format;

import java.util.Set;

/**
 * How CSV documents are written.
 *
 * @param delimiter what stands between cells; an ASCII character
 * @param quote what a cell with a delimiter, quote or line end in it is wrapped in; an ASCII character
 * @param header whether the first line names the columns; when not, cells follow the order of the fields
 * @param nulls texts that mean "no value" for every field, beside the empty cell
 * @param decimal what stands before the fraction of a number: a point or a comma
 */
public record CsvOptions(char delimiter, char quote, boolean header, Set<String> nulls, char decimal) {
    /** As RFC 4180 has it: commas, double quotes, a header line. */
    public static final CsvOptions DEFAULT = new CsvOptions(',', '"', true, Set.of(), '.');

    public CsvOptions {
        nulls = Set.copyOf(nulls);
    }
}
