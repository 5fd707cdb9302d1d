/**
 * Formats: how a document that arrived is split into events, and how an event's bytes become typed columns.
 *
 * <p>What flows in: documents as bytes, whole or (lines only) in parts. What flows out: at the edge, events as slices of
 * the document with the bytes of their key; behind the log, rows in {@link io.polder.record.Columns}. A splitter reads
 * no more than the key; a decoder reads every declared field. {@link io.polder.format.Formats} names the formats, {@link
 * io.polder.format.Inference} guesses one from a sample.
 *
 * <p>The invariant: an event's value is the exact fragment that arrived (without line end; XML of another encoding as
 * UTF-8), and every event of a document is either handed over or rejected with a sentence. Bad data never throws: an
 * event that cannot be decoded is a reason, a document that cannot be read as a whole is a {@link
 * io.polder.format.MalformedDocumentException}.
 *
 * <h2>Context</h2>
 *
 * What a fragment cannot say by itself travels beside it as its <em>context</em>, UTF-8, empty for most:
 *
 * <ul>
 *   <li>JSON: always empty.
 *   <li>CSV: the header line as it was written, when its columns are not exactly the fields in their order.
 *   <li>XML: lines {@code path=value} for each absolute path that a field names, and {@code xmlns:prefix=uri} for each
 *       prefix that records use and the document declares outside of them; in values a backslash is {@code \\}, a line
 *       feed {@code \n}.
 * </ul>
 *
 * <h2>Key</h2>
 *
 * The values of the key's fields, joined by 0x1F, each in a form that does not depend on how it was written: whole numbers
 * in decimal digits ({@code 029}, {@code "29"} and {@code 29.0} are {@code 29}), instants in microseconds and days in days
 * since 1970, truth values as 1 and 0, other numbers as Java prints a double, texts as they are.
 *
 * <h2>Values</h2>
 *
 * <ul>
 *   <li>No value, a null word of the format or the field, and a blank text in a field that is not VARCHAR are NULL.
 *   <li>Numbers may stand in texts. A whole number may have a fraction of zeros or an exponent; another fraction, a
 *       number out of range and anything else make the event's reason.
 *   <li>TIMESTAMP: ISO 8601 with an offset, {@code Z} or nothing, which means UTC; or a number since 1970: milliseconds
 *       from 100,000,000,000 on, seconds below. Years 1 to 9999; what is finer than a microsecond is cut off.
 *   <li>DATE: {@code 2017-04-27}; a time behind it is left out.
 *   <li>BOOLEAN: {@code true}, {@code false}, 1, 0.
 *   <li>VARCHAR takes any value; of a JSON object or array the text as it was written.
 *   <li>Of two members, elements or attributes at one path the last counts.
 * </ul>
 */
@NullMarked
package io.polder.format;

import org.jspecify.annotations.NullMarked;
