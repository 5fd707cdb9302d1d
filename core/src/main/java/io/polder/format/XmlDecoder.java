package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polder.record.Columns;
import java.util.Arrays;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.XMLStreamReader2;
import org.jspecify.annotations.Nullable;

/** Reads one record element into a row. */
final class XmlDecoder implements Decoder {
    private static final byte[] AFTER = "</_>".getBytes(UTF_8);

    private final String recordName;
    private final FieldReader[] recordReaders;
    private final XmlCursor cursor;
    private final FieldReader[] contextReaders;
    private final List<String> contextPaths;

    /** The context that was seen last, with what it says: neighbours have the same. */
    private byte[] lastContext = {};

    private final byte[] @Nullable [] contextValues;

    /** The start of an element that declares the prefixes of {@link #lastContext}; empty when there are none. */
    private byte[] before = {};

    private final ByteBuilder wrapped = new ByteBuilder();

    /**
     * @param recordReaders the fields in the record, in the order of the tree's slots
     * @param contextReaders the fields outside, in the order of their paths
     */
    XmlDecoder(
            String recordName,
            FieldReader[] recordReaders,
            XmlTree tree,
            FieldReader[] contextReaders,
            List<String> contextPaths) {
        this.recordName = recordName;
        this.recordReaders = recordReaders;
        this.cursor = new XmlCursor(tree, recordReaders.length);
        this.contextReaders = contextReaders;
        this.contextPaths = contextPaths;
        this.contextValues = new byte[contextReaders.length][];
    }

    @Override
    public @Nullable String decode(byte[] value, int from, int length, byte[] context, Columns into) {
        if (!Arrays.equals(context, lastContext)) {
            resolve(context);
        }
        int invalid = Utf8.firstInvalid(value, from, from + length);
        if (invalid >= 0 || !XmlReaders.isReadAsUtf8(value, from, from + length)) {
            return "Not a <" + recordName + "> element in UTF-8.";
        }
        String reason;
        try {
            reason = before.length == 0
                    ? read(value, from, from + length, false)
                    : readWrapped(value, from, from + length);
        } catch (XMLStreamException malformed) {
            reason = "Malformed XML at " + XmlReaders.fault(malformed, before.length == 0 ? from : before.length) + ".";
        }
        if (reason == null) {
            reason = set(into);
        }
        if (reason != null) {
            into.undoRow();
            return reason;
        }
        into.endRow();
        return null;
    }

    private void resolve(byte[] context) {
        XmlContext known = XmlContext.of(context, contextPaths);
        for (int index = 0; index < contextValues.length; index++) {
            String value = known.values().get(contextPaths.get(index));
            contextValues[index] = value == null ? null : value.getBytes(UTF_8);
        }
        before = known.wrapper().getBytes(UTF_8);
        lastContext = context.clone();
    }

    private @Nullable String readWrapped(byte[] value, int from, int to) throws XMLStreamException {
        wrapped.clear();
        wrapped.add(before, 0, before.length);
        wrapped.add(value, from, to);
        wrapped.add(AFTER, 0, AFTER.length);
        return read(wrapped.array(), 0, wrapped.length(), true);
    }

    private @Nullable String read(byte[] bytes, int from, int to, boolean isWrapped) throws XMLStreamException {
        XMLStreamReader2 reader = XmlReaders.reader(bytes, from, to);
        try {
            int recordDepth = isWrapped ? 2 : 1;
            int depth = 0;
            int records = 0;
            while (reader.hasNext()) {
                switch (XmlReaders.next(reader)) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        if (depth > XmlReaders.MAX_DEPTH) {
                            return "Nested deeper than " + XmlReaders.MAX_DEPTH + " elements.";
                        }
                        if (depth > recordDepth) {
                            cursor.start(reader);
                        } else if (depth == recordDepth) {
                            if (!reader.getLocalName().equals(recordName)) {
                                return "Not a <" + recordName + "> element but <" + reader.getLocalName() + ">.";
                            }
                            records++;
                            cursor.begin(reader);
                        }
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                        if (depth >= recordDepth) {
                            cursor.text(reader);
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        if (depth > recordDepth) {
                            cursor.end();
                        }
                        depth--;
                    }
                    default -> {
                        // Comments and instructions are no values.
                    }
                }
            }
            return records == 1 ? null : "Not one <" + recordName + "> element but " + records + ".";
        } finally {
            reader.close();
        }
    }

    private @Nullable String set(Columns into) {
        for (int slot = 0; slot < recordReaders.length; slot++) {
            ByteBuilder text = cursor.text(slot);
            if (text != null) {
                String reason = recordReaders[slot].readTrimmed(text.array(), 0, text.length(), into);
                if (reason != null) {
                    return reason;
                }
            }
        }
        for (int index = 0; index < contextReaders.length; index++) {
            byte[] text = contextValues[index];
            if (text != null) {
                String reason = contextReaders[index].readTrimmed(text, 0, text.length, into);
                if (reason != null) {
                    return reason;
                }
            }
        }
        return null;
    }
}
