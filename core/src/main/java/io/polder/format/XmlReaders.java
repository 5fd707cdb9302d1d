package io.polder.format;

import com.fasterxml.aalto.UncheckedStreamException;
import com.fasterxml.aalto.stax.InputFactoryImpl;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.codehaus.stax2.XMLStreamReader2;
import org.codehaus.stax2.io.Stax2ByteArraySource;

/** Makes readers of XML, and tells people in their words what a reader has found wrong. Thread-safe. */
final class XmlReaders {
    /** Elements may stand in one another as deep as this. */
    static final int MAX_DEPTH = 200;

    /** How {@link #fault} ends when the bytes end too early. */
    static final String CUT = "it ends in the middle, as if it had been cut off";

    /** Neither reads document type definitions nor fetches anything; thread-safe once it is configured. */
    private static final InputFactoryImpl FACTORY = factory();

    private static final Pattern ENTITY = Pattern.compile("entity reference \\((&[^;]*;)\\)");

    private XmlReaders() {}

    private static InputFactoryImpl factory() {
        InputFactoryImpl factory = new InputFactoryImpl();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.configureForSpeed();
        return factory;
    }

    /**
     * Whether a reader of these bytes takes them for UTF-8, which they must be: it begins to guess at other encodings when
     * they begin with a declaration or a zero.
     */
    static boolean isReadAsUtf8(byte[] bytes, int from, int to) {
        return to - from >= 2
                && bytes[from] != 0
                && bytes[from + 1] != 0
                && (bytes[from] != '<' || bytes[from + 1] != '?');
    }

    /** A reader of these bytes, which are UTF-8 and {@linkplain #isReadAsUtf8 begin so}; to be closed. */
    static XMLStreamReader2 reader(byte[] bytes, int from, int to) throws XMLStreamException {
        return (XMLStreamReader2) FACTORY.createXMLStreamReader(new Stax2ByteArraySource(bytes, from, to - from));
    }

    /** Reads on. Some malformed names make the parser throw unchecked exceptions: to us they are malformed like others. */
    static int next(XMLStreamReader2 reader) throws XMLStreamException {
        try {
            return reader.next();
        } catch (XMLStreamException malformed) {
            throw malformed;
        } catch (RuntimeException unexpected) {
            throw new XMLStreamException(String.valueOf(unexpected.getMessage()), reader.getLocation(), unexpected);
        }
    }

    /**
     * Appends the text that the reader stands on. A text that nobody asks for is passed over unread; one that is asked for
     * is read here, and may be malformed.
     */
    static void appendText(XMLStreamReader reader, ByteBuilder into) throws XMLStreamException {
        try {
            int from = reader.getTextStart();
            into.addChars(reader.getTextCharacters(), from, from + reader.getTextLength());
        } catch (UncheckedStreamException malformed) {
            throw malformed.getCause() instanceof XMLStreamException cause
                    ? cause
                    : new XMLStreamException(malformed.getMessage(), malformed);
        }
    }

    /**
     * What is wrong, with line and column, without a full stop.
     *
     * @param from where the reader's first byte stood: its columns of the first line count from the array's beginning
     */
    static String fault(XMLStreamException exception, int from) {
        String message = String.valueOf(exception.getMessage());
        int end = message.indexOf("\n at [");
        String what = end < 0 ? message : message.substring(0, end);
        Matcher entity = ENTITY.matcher(what);
        if (entity.find()) {
            what = "the entity " + entity.group(1) + " is not defined; document type definitions are not read";
        } else if (what.contains("nd-of-input")) {
            what = CUT;
        }
        Location place = exception.getLocation();
        if (place == null) {
            return what;
        }
        int column = place.getLineNumber() == 1 ? place.getColumnNumber() - from : place.getColumnNumber();
        return "line " + place.getLineNumber() + ", column " + column + ": " + what;
    }
}
