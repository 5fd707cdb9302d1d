package io.polder.format;

import com.fasterxml.aalto.stax.InputFactoryImpl;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.codehaus.stax2.io.Stax2ByteArraySource;

/** Makes readers of XML, and tells people in their words what a reader has found wrong. Thread-safe. */
final class XmlReaders {
    /** Elements may stand in one another as deep as this. */
    static final int MAX_DEPTH = 200;

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

    /** A reader of these bytes, which are UTF-8; to be closed. */
    static XMLStreamReader2 reader(byte[] bytes, int from, int to) throws XMLStreamException {
        return (XMLStreamReader2) FACTORY.createXMLStreamReader(new Stax2ByteArraySource(bytes, from, to - from));
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
            what = "it ends in the middle, as if it had been cut off";
        }
        Location place = exception.getLocation();
        if (place == null) {
            return what;
        }
        int column = place.getLineNumber() == 1 ? place.getColumnNumber() - from : place.getColumnNumber();
        return "line " + place.getLineNumber() + ", column " + column + ": " + what;
    }
}
