package io.polder.format;

import io.polder.record.Columns;
import org.jspecify.annotations.Nullable;

/** Turns an event's bytes into one row of typed columns. For one thread at a time. */
public interface Decoder {
    /**
     * Appends one finished row to {@code into}, whose schema is the format's, or leaves it as it was.
     *
     * @param context as the splitter handed it over; empty for most events
     * @return null when the row was appended, otherwise a sentence that says why it cannot be: which field, what value
     */
    @Nullable
    String decode(byte[] value, int from, int length, byte[] context, Columns into);
}
