package io.polder.ingest;

import io.polder.format.Slice;
import io.polder.format.Splitter;
import io.polder.log.Log;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The events of a document, gathered before any of them is sent, because a document that turns out malformed must leave
 * nothing behind. Values that stand in the document itself are not copied. Used again for the next document; for one
 * thread at a time.
 */
final class Gathering implements Splitter.Sink {
    /** Any partition: the event has no key. */
    static final int ANY_PARTITION = -1;

    private static final int CAPACITY = 1_024;
    private static final int KEPT_CAPACITY = 65_536;
    private static final byte[] NOTHING = {};

    private byte[] document = NOTHING;
    private int partitions = 1;
    private boolean keepsKeys;
    private long skip;
    private long firstPosition = 1;

    private int size;
    private byte[][] bytes = new byte[CAPACITY][];
    private int[] from = new int[CAPACITY];
    private int[] length = new int[CAPACITY];
    private int[] partition = new int[CAPACITY];
    private byte[][] context = new byte[CAPACITY][];
    private byte[][] key = new byte[CAPACITY][];
    private @Nullable String[] reason = new String[CAPACITY];

    /**
     * Begins a document.
     *
     * @param ofPartitions of the topic
     * @param withKeys whether {@link #key} will be asked
     * @param known how many events to leave out at its beginning, because their fate is known
     */
    Gathering begin(int ofPartitions, boolean withKeys, long known) {
        end();
        partitions = ofPartitions;
        keepsKeys = withKeys;
        skip = known;
        firstPosition = 1;
        return this;
    }

    /** Says which array the next events stand in. */
    void read(byte[] newDocument) {
        document = newDocument;
    }

    /** Goes on with the same document: what was gathered has been taken. */
    void advance() {
        firstPosition += size;
        clear();
    }

    /** Lets go of the document. */
    void end() {
        clear();
        document = NOTHING;
        if (bytes.length > KEPT_CAPACITY) {
            resize(CAPACITY);
        }
    }

    int size() {
        return size;
    }

    byte[] bytes(int index) {
        return bytes[index];
    }

    int from(int index) {
        return from[index];
    }

    int length(int index) {
        return length[index];
    }

    byte[] copy(int index) {
        return Arrays.copyOfRange(bytes[index], from[index], from[index] + length[index]);
    }

    /** The event's partition, or {@link #ANY_PARTITION}. */
    int partition(int index) {
        return partition[index];
    }

    byte[] context(int index) {
        return context[index];
    }

    /** The event's key; only when they were asked for. */
    byte[] key(int index) {
        return key[index];
    }

    /** Why it is not an event; null when it is one. */
    @Nullable
    String reason(int index) {
        return reason[index];
    }

    /** Its place in the document, from 1. */
    long position(int index) {
        return firstPosition + index;
    }

    /** Makes an event one that is rejected. */
    void reject(int index, String why) {
        reason[index] = why;
    }

    @Override
    public void event(Slice value, Slice eventKey, byte[] eventContext) {
        if (isKnown()) {
            return;
        }
        int index = add(value, eventContext);
        partition[index] = eventKey.length() == 0
                ? ANY_PARTITION
                : Log.partition(eventKey.bytes(), eventKey.from(), eventKey.length(), partitions);
        if (keepsKeys) {
            key[index] = eventKey.copy();
        }
    }

    @Override
    public void rejected(Slice value, byte[] eventContext, long position, String why) {
        if (isKnown()) {
            return;
        }
        reason[add(value, eventContext)] = why;
    }

    private boolean isKnown() {
        if (skip == 0) {
            return false;
        }
        skip--;
        firstPosition++;
        return true;
    }

    private int add(Slice value, byte[] eventContext) {
        if (size == bytes.length) {
            resize(size * 2);
        }
        boolean isInDocument = value.bytes() == document;
        bytes[size] = isInDocument ? document : value.copy();
        from[size] = isInDocument ? value.from() : 0;
        length[size] = value.length();
        context[size] = eventContext;
        return size++;
    }

    private void clear() {
        Arrays.fill(bytes, 0, size, NOTHING);
        Arrays.fill(context, 0, size, NOTHING);
        Arrays.fill(key, 0, size, NOTHING);
        Arrays.fill(reason, 0, size, null);
        size = 0;
    }

    private void resize(int capacity) {
        bytes = Arrays.copyOf(bytes, capacity);
        from = Arrays.copyOf(from, capacity);
        length = Arrays.copyOf(length, capacity);
        partition = Arrays.copyOf(partition, capacity);
        context = Arrays.copyOf(context, capacity);
        key = Arrays.copyOf(key, capacity);
        reason = Arrays.copyOf(reason, capacity);
    }
}
