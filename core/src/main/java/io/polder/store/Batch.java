package io.polder.store;

import io.polder.record.Columns;
import io.polder.record.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events of one micro-batch, decoded: rows in {@link #columns} and beside each where it came from.
 *
 * <p>Filled by one thread (decode into {@link #columns}, then {@link #add}; or {@link #reject}), applied, cleared and
 * filled again without allocating.
 */
public final class Batch {
    private final Columns columns;
    private int[] partitions = new int[1024];
    private long[] offsets = new long[1024];
    private long[] accepted = new long[1024];
    private String[] feeds = new String[1024];
    private boolean[] bounded = new boolean[1024];
    private final List<Reject> rejects = new ArrayList<>();
    private final List<Idempotent> idempotent = new ArrayList<>();
    private long[] next = new long[0];
    private Instant logged = Instant.EPOCH;

    /** An event that could not be decoded; {@code value} is the whole of it. */
    public record Reject(
            int partition,
            long offset,
            long acceptedMillis,
            String feed,
            byte[] value,
            byte[] context,
            String reason) {}

    /** An event of a push with an idempotency key: {@code key 0x1F index 0x1F fingerprint}. */
    public record Idempotent(String token, long acceptedMillis) {}

    public Batch(Schema event) {
        this(new Columns(event, 1024));
    }

    /** A batch around rows that are decoded already, of which nothing else is known. */
    public Batch(Columns columns) {
        this.columns = columns;
    }

    /** The decoded events; a decoder appends to it, {@link #add} must follow each finished row. */
    public Columns columns() {
        return columns;
    }

    /**
     * Says where the row that was just decoded came from.
     *
     * @param isBounded whether its feed is history, applied in bulk
     */
    public void add(int partition, long offset, long acceptedMillis, String feed, boolean isBounded) {
        int row = columns.rows() - 1;
        if (row == offsets.length) {
            int capacity = row * 2;
            partitions = Arrays.copyOf(partitions, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            accepted = Arrays.copyOf(accepted, capacity);
            feeds = Arrays.copyOf(feeds, capacity);
            bounded = Arrays.copyOf(bounded, capacity);
        }
        partitions[row] = partition;
        offsets[row] = offset;
        accepted[row] = acceptedMillis;
        feeds[row] = feed;
        bounded[row] = isBounded;
        seen(partition, offset);
    }

    /** Takes an event that could not be decoded. */
    public void reject(Reject reject) {
        rejects.add(reject);
        seen(reject.partition(), reject.offset());
    }

    /** Remembers that an event came with an idempotency key. */
    public void idempotent(Idempotent event) {
        idempotent.add(event);
    }

    /** Says when the last of its events had been read from the log. */
    public void logged(Instant at) {
        logged = at;
    }

    public Instant logged() {
        return logged;
    }

    /** The number of decoded events. */
    public int rows() {
        return columns.rows();
    }

    /** The number of events, with those that could not be decoded. */
    public int events() {
        return columns.rows() + rejects.size();
    }

    public int partition(int row) {
        return partitions[row];
    }

    public long offset(int row) {
        return offsets[row];
    }

    public long acceptedMillis(int row) {
        return accepted[row];
    }

    public String feed(int row) {
        return feeds[row];
    }

    public boolean isBounded(int row) {
        return bounded[row];
    }

    public List<Reject> rejects() {
        return rejects;
    }

    public List<Idempotent> idempotent() {
        return idempotent;
    }

    /** For each partition that has events in the batch, the offset after its last. */
    public Map<Integer, Long> positions() {
        Map<Integer, Long> positions = new LinkedHashMap<>();
        for (int partition = 0; partition < next.length; partition++) {
            if (next[partition] > 0) {
                positions.put(partition, next[partition]);
            }
        }
        return positions;
    }

    /** Forgets everything and keeps the arrays. */
    public void clear() {
        columns.clear();
        rejects.clear();
        idempotent.clear();
        Arrays.fill(next, 0);
    }

    private void seen(int partition, long offset) {
        if (partition >= next.length) {
            next = Arrays.copyOf(next, partition + 1);
        }
        next[partition] = offset + 1;
    }
}
