package io.polder.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An XML document as UTF-8 bytes, without byte order mark.
 *
 * @param from where its first byte stands
 * @param to where it ends
 */
record XmlText(byte[] bytes, int from, int to) {
    /** How much of a document is looked at for its declaration. */
    private static final int HEAD_BYTES = 400;

    private static final Pattern DECLARATION = Pattern.compile("^<\\?xml\\s[^>]*?\\?>");
    private static final Pattern ENCODING = Pattern.compile("encoding\\s*=\\s*[\"']([^\"']*)[\"']");

    /** The document in UTF-8: the same array when it is written so, otherwise a copy without its declaration. */
    static XmlText of(byte[] document, int from, int to) throws MalformedDocumentException {
        int mark = Utf8.markLength(document, from, to);
        if (mark > 0) {
            return checked(document, afterForeignDeclaration(document, from + mark, to), to);
        }
        Charset wide = utf16(document, from, to);
        if (wide != null) {
            return transcoded(document, from, to, wide);
        }
        String encoding = encoding(head(document, from, to));
        if (isUtf8(encoding)) {
            return checked(document, from, to);
        }
        Charset charset;
        try {
            charset = Charset.forName(encoding);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            throw new MalformedDocumentException(
                    "The XML document declares the encoding '" + encoding + "', which is not known here.");
        }
        return transcoded(document, from, to, charset);
    }

    private static XmlText checked(byte[] document, int from, int to) throws MalformedDocumentException {
        int invalid = Utf8.firstInvalid(document, from, to);
        if (invalid >= 0) {
            throw new MalformedDocumentException("The XML document says or implies that it is UTF-8, but its byte "
                    + (invalid - from + 1) + ", 0x"
                    + Integer.toHexString(document[invalid] & 0xFF).toUpperCase(Locale.ROOT) + ", is not.");
        }
        return new XmlText(document, from, to);
    }

    private static XmlText transcoded(byte[] document, int from, int to, Charset charset)
            throws MalformedDocumentException {
        String text;
        try {
            text = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(document, from, to - from))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new MalformedDocumentException(
                    "The XML document says that it is " + charset.name() + ", but its bytes are not.");
        }
        Matcher declaration = DECLARATION.matcher(text);
        byte[] bytes =
                (declaration.lookingAt() ? text.substring(declaration.end()) : text).getBytes(StandardCharsets.UTF_8);
        return new XmlText(bytes, Utf8.markLength(bytes, 0, bytes.length), bytes.length);
    }

    /** The byte order mark is the truth about the encoding; a declaration that contradicts it is passed over. */
    private static int afterForeignDeclaration(byte[] document, int from, int to) {
        String head = head(document, from, to);
        Matcher declaration = DECLARATION.matcher(head);
        return declaration.lookingAt() && !isUtf8(encoding(head)) ? from + declaration.end() : from;
    }

    private static String head(byte[] document, int from, int to) {
        return new String(document, from, Math.min(to - from, HEAD_BYTES), StandardCharsets.ISO_8859_1);
    }

    /** The encoding that the declaration names; UTF-8 when it names none or is missing. */
    private static String encoding(String head) {
        Matcher declaration = DECLARATION.matcher(head);
        if (!declaration.lookingAt()) {
            return "UTF-8";
        }
        Matcher encoding = ENCODING.matcher(declaration.group());
        return encoding.find() ? encoding.group(1) : "UTF-8";
    }

    private static boolean isUtf8(String encoding) {
        return encoding.equalsIgnoreCase("UTF-8") || encoding.equalsIgnoreCase("US-ASCII");
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
