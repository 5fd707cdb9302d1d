package io.polder.format;

/** Splits one document into events, validating it on the way. For one document and one thread. */
public interface Splitter {
    /**
     * Hands the events of a part of the document to {@code sink}.
     *
     * <p>Lines (CSV, NDJSON) can be given in parts: what is not consumed must be given again, at the front of the next
     * part. Formats whose documents are one structure (a JSON array, XML) consume nothing until {@code isLast}.
     *
     * @param isLast whether the document ends at {@code to}
     * @return where the first byte stands that was not consumed; {@code to} when {@code isLast}
     * @throws MalformedDocumentException when the document as a whole cannot be read; events handed over before must
     *     then be thrown away
     */
    int split(byte[] document, int from, int to, boolean isLast, Sink sink) throws MalformedDocumentException;

    /** Receives the events of a document in order. Slices are only valid during the call. */
    interface Sink {
        /**
         * A well-formed event.
         *
         * @param value the exact fragment
         * @param key the canonical UTF-8 text of the key's values, joined by 0x1F; empty when the feed has no key
         * @param context what the fragment cannot say by itself; empty for most; the same object for neighbours
         */
        void event(Slice value, Slice key, byte[] context);

        /**
         * A fragment that is not an event: not an object, a line with too few cells, a key that is missing.
         *
         * @param context as of an event at its place
         * @param position the event's place in the document, from 1
         * @param reason a sentence
         */
        void rejected(Slice value, byte[] context, long position, String reason);
    }
}
