package io.polder.bench;

import io.polder.format.Decoder;
import io.polder.format.Format;
import io.polder.format.Formats;
import io.polder.format.JsonOptions;
import io.polder.format.MalformedDocumentException;
import io.polder.format.Slice;
import io.polder.format.Splitter;
import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The two loops over every byte: splitting a pushed array at the edge, and decoding an event behind the log. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecodeBenchmark {
    private static final int EVENTS = 500;
    private static final byte[] NONE = new byte[0];

    private static final String EVENT = "{\"uid\":1234,\"time\":1767225600000,\"valid\":0,\"speed\":93,\"vehicles\":17,"
            + "\"occupancy\":12.5,\"lane\":\"R11\",\"road\":\"A0030002\",\"name\":\"Halve snede kmpt. 96.2 richting"
            + " Brussel\",\"last_modified\":1767225601234,\"source\":\"measured by the loop detectors of the motorway"
            + " network of Flanders, one minute\",\"quality\":\"regular\"}";

    private final Format format = Formats.json(
            List.of(
                    new Field("uid", "uid", Type.BIGINT),
                    new Field("time", "time", Type.TIMESTAMP),
                    new Field("valid", "valid", Type.INTEGER),
                    new Field("speed", "speed", Type.INTEGER),
                    new Field("vehicles", "vehicles", Type.INTEGER),
                    new Field("occupancy", "occupancy", Type.DOUBLE),
                    new Field("lane", "lane", Type.VARCHAR),
                    new Field("road", "road", Type.VARCHAR),
                    new Field("name", "name", Type.VARCHAR)),
            JsonOptions.DEFAULT);
    private final byte[] array =
            ("[" + (EVENT + ",").repeat(EVENTS - 1) + EVENT + "]").getBytes(StandardCharsets.UTF_8);
    private final byte[] event = EVENT.getBytes(StandardCharsets.UTF_8);
    private final Decoder decoder = format.decoder();
    private final Columns columns = new Columns(format.schema(), EVENTS + 1);

    /** Of one event of 310 bytes out of an array of 500, validated, with its key. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long split() throws MalformedDocumentException {
        long[] bytes = new long[1];
        format.splitter(List.of("uid")).split(array, 0, array.length, true, new Splitter.Sink() {
            @Override
            public void event(Slice value, Slice key, byte[] context) {
                bytes[0] += value.length() + key.length();
            }

            @Override
            public void rejected(Slice value, byte[] context, long position, String reason) {
                throw new IllegalStateException(reason);
            }
        });
        return bytes[0];
    }

    /** Of one event of 310 bytes into nine columns. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int decode() {
        columns.clear();
        for (int index = 0; index < EVENTS; index++) {
            String refusal = decoder.decode(event, 0, event.length, NONE, columns);
            if (refusal != null) {
                throw new IllegalStateException(refusal);
            }
        }
        return columns.rows();
    }
}
