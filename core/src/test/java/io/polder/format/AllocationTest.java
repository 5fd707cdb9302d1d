package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Type;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the loops over events may allocate: measured by thread, after everything has run once. */
class AllocationTest {
    private static final int EVENTS = 5_000;
    private static final List<Field> FIELDS = List.of(
            new Field("uid", "uid", Type.BIGINT),
            new Field("time", "time", Type.TIMESTAMP),
            new Field("speed", "speed", Type.DOUBLE),
            new Field("name", "name", Type.VARCHAR));

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void splittingJsonAndCsvMakesNoObjectsPerEvent() throws Exception {
        assertThat(bytesPerEvent(Formats.json(FIELDS, JsonOptions.DEFAULT), json()))
                .isLessThan(10);
        assertThat(bytesPerEvent(Formats.csv(FIELDS, CsvOptions.DEFAULT), csv()))
                .isLessThan(10);
    }

    @Test
    void splittingXmlMakesFewerBytesOfObjectsThanTheDocumentHas() throws Exception {
        byte[] minute = MivTest.resource("verkeersdata-20170427T1439.xml.gz");
        Format traffic = Formats.preset("miv-traffic").orElseThrow();
        split(traffic, minute);

        long before = threads.getCurrentThreadAllocatedBytes();
        split(traffic, minute);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(minute.length * 3L / 4);
    }

    @Test
    void decodingMakesOnlyTheBytesOfTexts() throws Exception {
        Format format = Formats.json(FIELDS, JsonOptions.DEFAULT);
        byte[] value =
                "{\"uid\":29,\"time\":\"2017-04-27T14:38:00+01:00\",\"speed\":91.5,\"name\":\"Boom\"}".getBytes(UTF_8);
        Columns columns = new Columns(format.schema(), EVENTS + 1);
        Decoder decoder = format.decoder();
        byte[] none = {};
        decodeAll(decoder, value, none, columns);

        long before = threads.getCurrentThreadAllocatedBytes();
        decodeAll(decoder, value, none, columns);

        // An array of four bytes takes 24, and nothing else is made.
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / EVENTS).isLessThan(30);
    }

    private static void decodeAll(Decoder decoder, byte[] value, byte[] context, Columns columns) {
        columns.clear();
        for (int event = 0; event < EVENTS; event++) {
            if (decoder.decode(value, 0, value.length, context, columns) != null) {
                throw new AssertionError("rejected");
            }
        }
    }

    private long bytesPerEvent(Format format, byte[] document) throws MalformedDocumentException {
        split(format, document);
        long before = threads.getCurrentThreadAllocatedBytes();
        split(format, document);
        return (threads.getCurrentThreadAllocatedBytes() - before) / EVENTS;
    }

    private static void split(Format format, byte[] document) throws MalformedDocumentException {
        int[] events = {0};
        format.splitter(List.of("uid")).split(document, 0, document.length, true, new Splitter.Sink() {
            @Override
            public void event(Slice value, Slice key, byte[] context) {
                events[0]++;
            }

            @Override
            public void rejected(Slice value, byte[] context, long position, String reason) {
                throw new AssertionError(reason);
            }
        });
        assertThat(events[0]).isPositive();
    }

    private static byte[] json() {
        return IntStream.range(0, EVENTS)
                .mapToObj(uid ->
                        "{\"uid\":" + uid + ",\"time\":\"2017-04-27T14:38:00+01:00\",\"speed\":91.5,\"name\":\"B\"}")
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(UTF_8);
    }

    private static byte[] csv() {
        return IntStream.range(0, EVENTS)
                .mapToObj(uid -> uid + ",2017-04-27T14:38:00+01:00,91.5,B")
                .collect(Collectors.joining("\n", "uid,time,speed,name\n", "\n"))
                .getBytes(UTF_8);
    }
}
