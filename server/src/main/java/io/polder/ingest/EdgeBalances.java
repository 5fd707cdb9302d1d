package io.polder.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.polder.log.Log;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes durable, in the topic {@value #TOPIC}, what was not logged of what was read: the log itself does not say it.
 * Thread-safe.
 *
 * <p>While one record is on its way, the balances that come in wait and go together in the next, so that their number is
 * bounded by the log's round trip and not by the number of requests.
 */
final class EdgeBalances {
    static final String TOPIC = "polder.edge";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Log log;
    private final Object sending = new Object();
    private Batch gathering = new Batch();

    /**
     * A record of the topic.
     *
     * @param minute of acceptance, counted since 1970
     */
    record Line(String feed, long minute, long filtered, long rejected, long duplicate) {
        Line plus(Line other) {
            return new Line(
                    feed, minute, filtered + other.filtered, rejected + other.rejected, duplicate + other.duplicate);
        }
    }

    private record Place(String feed, long minute) {}

    private static final class Batch {
        final Map<Place, Line> lines = new LinkedHashMap<>();
        boolean isSent;

        @Nullable
        RuntimeException failure;
    }

    EdgeBalances(Log log) {
        this.log = log;
    }

    /** Returns when it is in the log; at once when there is nothing to say. */
    void commit(String feed, long acceptedMillis, long filtered, long rejected, long duplicate) {
        if (filtered == 0 && rejected == 0 && duplicate == 0) {
            return;
        }
        Line line = new Line(feed, Math.floorDiv(acceptedMillis, 60_000L), filtered, rejected, duplicate);
        Batch mine;
        synchronized (this) {
            mine = gathering;
            mine.lines.merge(new Place(feed, line.minute), line, Line::plus);
        }
        synchronized (sending) {
            if (!mine.isSent) {
                synchronized (this) {
                    gathering = new Batch();
                }
                send(mine, acceptedMillis);
            }
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
    }

    private void send(Batch batch, long acceptedMillis) {
        batch.isSent = true;
        try {
            Acknowledgements acknowledgements = new Acknowledgements(batch.lines.size(), 1);
            for (Line line : batch.lines.values()) {
                log.writer().send(TOPIC, 0, acceptedMillis, null, written(line), Map.of(), acknowledgements);
            }
            acknowledgements.await();
            acknowledgements.check();
        } catch (RuntimeException failure) {
            batch.failure = failure;
        }
    }

    private static byte[] written(Line line) {
        try {
            return JSON.writeValueAsBytes(line);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("A balance has only numbers and a name.", impossible);
        }
    }
}
