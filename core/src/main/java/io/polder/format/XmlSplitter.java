package io.polder.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.jspecify.annotations.Nullable;

/**
 * Splits XML at its record elements.
 *
 * <p>The whole document is read before the first event is handed over: only then is it known to be well-formed, and
 * values outside the records may stand behind them. What is kept of each record until then are two offsets and its key.
 */
final class XmlSplitter implements Splitter {
    private final List<String> record;
    private final FieldReader[] keyReaders;
    private final XmlCursor keyCursor;
    private final List<String> contextPaths;
    private final XmlCursor contextCursor;

    private int depth;

    /** How many of the open elements, from the root on, are those of the path to the record. */
    private int matched;

    private boolean isInRecord;

    /** Prefixes that are declared outside of records, and those of them that records use. */
    private final Map<String, String> declared = new HashMap<>();

    private final Map<String, String> used = new HashMap<>();

    private int count;
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    private int[] keyEnds = new int[64];
    private final ByteBuilder keys = new ByteBuilder();
    private final Map<Integer, String> reasons = new HashMap<>();

    /**
     * @param record the names of the elements from the root to the record
     * @param contextPaths the absolute paths that fields name
     */
    XmlSplitter(
            List<String> record,
            FieldReader[] keyReaders,
            XmlTree keyTree,
            List<String> contextPaths,
            XmlTree contextTree) {
        this.record = record;
        this.keyReaders = keyReaders;
        this.keyCursor = new XmlCursor(keyTree, keyReaders.length);
        this.contextPaths = contextPaths;
        this.contextCursor = new XmlCursor(contextTree, contextPaths.size());
    }

    @Override
    public int split(byte[] document, int from, int to, boolean isLast, Sink sink) throws MalformedDocumentException {
        if (!isLast) {
            return from;
        }
        XmlText text = XmlText.of(document, from, to);
        requireMarkup(text);
        try {
            XMLStreamReader2 reader = XmlReaders.reader(text.bytes(), text.from(), text.to());
            try {
                read(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException malformed) {
            throw new MalformedDocumentException(
                    isHtml(text)
                            ? htmlInstead()
                            : "Malformed XML at " + XmlReaders.fault(malformed, text.from()) + ".");
        }
        emit(text.bytes(), sink);
        return to;
    }

    private void requireMarkup(XmlText text) throws MalformedDocumentException {
        byte[] bytes = text.bytes();
        int at = text.from();
        while (at < text.to() && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        if (at == text.to()) {
            throw new MalformedDocumentException("The document is empty, where XML is expected.");
        }
        if (bytes[at] != '<' || !XmlReaders.isReadAsUtf8(bytes, at, text.to())) {
            throw new MalformedDocumentException("The document is not XML: it begins with '"
                    + FieldReader.shown(bytes, at, Math.min(text.to(), at + 20)) + "'.");
        }
    }

    private void read(XMLStreamReader2 reader) throws XMLStreamException, MalformedDocumentException {
        contextCursor.reset();
        while (reader.hasNext()) {
            switch (XmlReaders.next(reader)) {
                case XMLStreamConstants.START_ELEMENT -> start(reader);
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    (isInRecord ? keyCursor : contextCursor).text(reader);
                case XMLStreamConstants.END_ELEMENT -> end(reader);
                default -> {
                    // Comments and instructions say nothing about records.
                }
            }
        }
    }

    private void start(XMLStreamReader2 reader) throws MalformedDocumentException {
        if (isInRecord) {
            keyCursor.start(reader);
        } else if (matched == depth && reader.getLocalName().equals(record.get(depth))) {
            matched++;
            isInRecord = matched == record.size();
            if (isInRecord) {
                begin(reader);
            } else {
                contextCursor.start(reader);
            }
        } else if (depth == 0) {
            throw new MalformedDocumentException(
                    reader.getLocalName().equalsIgnoreCase("html")
                            ? htmlInstead()
                            : "The root of the XML document is <" + reader.getLocalName() + ">, not <" + record.get(0)
                                    + ">: it is another kind of document.");
        } else {
            contextCursor.start(reader);
        }
        depth++;
        if (depth > XmlReaders.MAX_DEPTH) {
            throw new MalformedDocumentException(
                    "The XML document is nested deeper than " + XmlReaders.MAX_DEPTH + " elements.");
        }
        notePrefixes(reader);
    }

    private void begin(XMLStreamReader2 reader) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
            keyEnds = Arrays.copyOf(keyEnds, count * 2);
        }
        starts[count] = (int) reader.getLocationInfo().getStartingByteOffset();
        keyCursor.begin(reader);
    }

    private void end(XMLStreamReader2 reader) throws XMLStreamException {
        depth--;
        if (!isInRecord) {
            contextCursor.end();
            matched = Math.min(matched, depth);
        } else if (depth >= record.size()) {
            keyCursor.end();
        } else {
            isInRecord = false;
            matched--;
            finish((int) reader.getLocationInfo().getEndingByteOffset());
        }
    }

    private void finish(int end) {
        ends[count] = end;
        int keyStart = keys.length();
        for (int slot = 0; slot < keyReaders.length; slot++) {
            if (slot > 0) {
                keys.add(FieldReader.KEY_SEPARATOR);
            }
            ByteBuilder text = keyCursor.text(slot);
            String reason = text == null
                    ? keyReaders[slot].missingKey()
                    : keyReaders[slot].readTrimmedKey(text.array(), 0, text.length(), keys);
            if (reason != null) {
                reasons.put(count, reason);
                keys.truncate(keyStart);
                break;
            }
        }
        keyEnds[count] = keys.length();
        count++;
    }

    private void notePrefixes(XMLStreamReader2 reader) {
        if (!isInRecord) {
            for (int index = 0; index < reader.getNamespaceCount(); index++) {
                String prefix = reader.getNamespacePrefix(index);
                String uri = reader.getNamespaceURI(index);
                if (prefix != null && !prefix.isEmpty() && uri != null) {
                    declared.put(prefix, uri);
                }
            }
            return;
        }
        if (declared.isEmpty()) {
            return;
        }
        noteUsed(reader.getPrefix());
        for (int index = 0; index < reader.getAttributeCount(); index++) {
            noteUsed(reader.getAttributePrefix(index));
        }
    }

    private void noteUsed(@Nullable String prefix) {
        if (prefix == null || prefix.isEmpty()) {
            return;
        }
        String uri = declared.get(prefix);
        if (uri != null) {
            used.put(prefix, uri);
        }
    }

    private void emit(byte[] bytes, Sink sink) {
        byte[] context = context();
        Slice value = new Slice();
        Slice key = new Slice();
        for (int index = 0; index < count; index++) {
            value.set(bytes, starts[index], ends[index] - starts[index]);
            String reason = reasons.get(index);
            if (reason != null) {
                sink.rejected(value, context, index + 1, reason);
                continue;
            }
            int keyStart = index == 0 ? 0 : keyEnds[index - 1];
            sink.event(value, key.set(keys.array(), keyStart, keyEnds[index] - keyStart), context);
        }
    }

    private byte[] context() {
        Map<String, String> values = new LinkedHashMap<>();
        for (int slot = 0; slot < contextPaths.size(); slot++) {
            ByteBuilder text = contextCursor.text(slot);
            if (text != null) {
                values.put(contextPaths.get(slot), new String(text.array(), 0, text.length(), UTF_8).trim());
            }
        }
        return new XmlContext(values, used).toBytes();
    }

    static boolean isHtml(XmlText text) {
        int length = Math.min(text.to() - text.from(), 200);
        String head = new String(text.bytes(), text.from(), length, ISO_8859_1).toLowerCase(Locale.ROOT);
        return head.contains("<!doctype html") || head.contains("<html");
    }

    private String htmlInstead() {
        return "The document is an HTML page, not XML with the root <" + record.get(0)
                + ">: the address may be wrong, or its server may be showing an error page.";
    }
}
