package io.polder.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An XML document as UTF-8 bytes, without byte order mark and declaration.
 *
 * @param from where its first byte stands
 * @param to where it ends
 */
record XmlText(byte[] bytes, int from, int to) {
    private static final int MAX_DECLARATION = 1_000;
    private static final byte[] DECLARATION = "<?xml".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern ENCODING = Pattern.compile("encoding\\s*=\\s*[\"']([^\"']*)[\"']");

    /** The document in UTF-8: the same array when it is written so, otherwise a copy. */
    static XmlText of(byte[] document, int from, int to) throws MalformedDocumentException {
        int mark = Utf8.markLength(document, from, to);
        if (mark > 0) {
            // The mark is the truth about the encoding, whatever the declaration says.
            return checked(document, from, afterDeclaration(document, from + mark, to), to);
        }
        Charset wide = utf16(document, from, to);
        if (wide != null) {
            return transcoded(document, from, to, wide);
        }
        int body = afterDeclaration(document, from, to);
        Charset charset = charset(new String(document, from, body - from, StandardCharsets.ISO_8859_1));
        return charset.equals(StandardCharsets.UTF_8) || charset.equals(StandardCharsets.US_ASCII)
                ? checked(document, from, body, to)
                : transcoded(document, from, to, charset);
    }

    private static XmlText checked(byte[] document, int from, int body, int to) throws MalformedDocumentException {
        int invalid = Utf8.firstInvalid(document, body, to);
        if (invalid >= 0) {
            throw new MalformedDocumentException("The XML document says or implies that it is UTF-8, but its byte "
                    + (invalid - from + 1) + ", 0x"
                    + Integer.toHexString(document[invalid] & 0xFF).toUpperCase(Locale.ROOT) + ", is not.");
        }
        return new XmlText(document, body, to);
    }

    private static XmlText transcoded(byte[] document, int from, int to, Charset charset)
            throws MalformedDocumentException {
        byte[] bytes;
        try {
            bytes = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(document, from, to - from))
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException malformed) {
            throw new MalformedDocumentException(
                    "The XML document says that it is " + charset.name() + ", but its bytes are not.");
        }
        int mark = Utf8.markLength(bytes, 0, bytes.length);
        return new XmlText(bytes, afterDeclaration(bytes, mark, bytes.length), bytes.length);
    }

    private static int afterDeclaration(byte[] bytes, int from, int to) throws MalformedDocumentException {
        if (!isDeclaration(bytes, from, to)) {
            return from;
        }
        int limit = Math.min(to, from + MAX_DECLARATION);
        int at = from;
        while (at + 1 < limit && (bytes[at] != '?' || bytes[at + 1] != '>' || at < from + DECLARATION.length)) {
            at++;
        }
        if (at + 1 >= limit || isDeclaration(bytes, at + 2, to)) {
            throw new MalformedDocumentException("The XML declaration at the document's beginning is "
                    + (at + 1 >= limit ? "not closed." : "written twice."));
        }
        return at + 2;
    }

    private static boolean isDeclaration(byte[] bytes, int from, int to) {
        int end = from + DECLARATION.length;
        return end < to
                && Arrays.equals(bytes, from, end, DECLARATION, 0, DECLARATION.length)
                && bytes[end] <= ' '
                && bytes[end] >= 0;
    }

    /** The encoding that a declaration names; UTF-8 when it names none or is empty. */
    private static Charset charset(String declaration) throws MalformedDocumentException {
        Matcher encoding = ENCODING.matcher(declaration);
        String name = encoding.find() ? encoding.group(1) : "UTF-8";
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            throw new MalformedDocumentException(
                    "The XML document declares the encoding '" + name + "', which is not known here.");
        }
    }

    private static @Nullable Charset utf16(byte[] document, int from, int to) {
        if (to - from < 2) {
            return null;
        }
        if (Utf8.isUtf16(document, from, to)) {
            return StandardCharsets.UTF_16;
        }
        if (document[from] == 0 && document[from + 1] == '<') {
            return StandardCharsets.UTF_16BE;
        }
        return document[from] == '<' && document[from + 1] == 0 ? StandardCharsets.UTF_16LE : null;
    }
}
