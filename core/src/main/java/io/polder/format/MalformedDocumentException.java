package io.polder.format;

/** A document that cannot be read as a whole: truncated, of another format, wrongly encoded. The message is a sentence. */
public final class MalformedDocumentException extends Exception {
    public MalformedDocumentException(String message) {
        super(message);
    }
}
