package io.polder.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdOutputStream;
import io.polder.log.Log;
import io.polder.record.PolderException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be read into a workbench, each made by the library whose format it is. */
class SourcesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"null", "deflate", "zstandard"})
    void avroFilesAreRead(String codec) throws Exception {
        Schema time = LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
        Schema schema = SchemaBuilder.record("reading")
                .fields()
                .requiredLong("id")
                .optionalString("name")
                .name("at")
                .type(time)
                .noDefault()
                .endRecord();
        Path file = folder.resolve("readings.avro");
        try (DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
            writer.setCodec(CodecFactory.fromString(codec));
            writer.create(schema, file.toFile());
            for (int row = 0; row < 1000; row++) {
                writer.append(new GenericRecordBuilder(schema)
                        .set("id", (long) row)
                        .set("name", row % 4 == 0 ? null : "n" + row % 3)
                        .set("at", row * 60_000L)
                        .build());
            }
        }

        List<List<@Nullable Object>> rows = rows(
                bench -> FileSource.read(bench, file.toString(), FileSource.Told.NOTHING),
                "count(*), sum(id), count(name), CAST(max(\"at\") AS VARCHAR)");

        assertThat(rows.toString()).isEqualTo("[[1000, 499500, 750, 1970-01-01 16:39:00]]");
    }

    /** Written by fastavro and by pyarrow: codecs that are only read here. */
    @Test
    void filesOfOtherLibrariesAreRead() throws Exception {
        Path snappy = resource("snappy.avro");
        Path lz4 = resource("lz4.feather");
        assertThat(rows(bench -> read(bench, snappy), "count(*), sum(id), count(name)")
                        .toString())
                .isEqualTo("[[1000, 499500, 750]]");
        assertThat(rows(bench -> read(bench, lz4), "count(*), sum(id), count(DISTINCT name)")
                        .toString())
                .isEqualTo("[[40000, 19980000, 3]]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"answer.arrow", "answer.arrows"})
    void arrowsFilesAndStreamsAreRead(String name) throws Exception {
        Path file = folder.resolve(name);
        try (RootAllocator memory = new RootAllocator();
                BigIntVector id = new BigIntVector("id", memory);
                VarCharVector text = new VarCharVector("name", memory)) {
            for (int row = 0; row < 100; row++) {
                id.setSafe(row, row);
                if (row % 4 > 0) {
                    text.setSafe(row, ("n" + row).getBytes(UTF_8));
                }
            }
            id.setValueCount(100);
            text.setValueCount(100);
            try (VectorSchemaRoot root = VectorSchemaRoot.of(id, text);
                    OutputStream out = Files.newOutputStream(file);
                    ArrowWriter writer = name.endsWith("s")
                            ? new ArrowStreamWriter(root, null, out)
                            : new ArrowFileWriter(root, null, Channels.newChannel(out))) {
                root.setRowCount(100);
                writer.start();
                writer.writeBatch();
                writer.writeBatch();
                writer.end();
            }
        }

        assertThat(rows(bench -> read(bench, file), "count(*), sum(id), count(name)")
                        .toString())
                .isEqualTo("[[200, 9900, 150]]");
    }

    @Test
    void compressedTextIsReadWhateverItIsCalledAndSeveralFilesByAGlob() throws Exception {
        Path file = folder.resolve("kept");
        try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(file))) {
            out.write("a,b\n1,x\n2,y\n".getBytes(UTF_8));
        }
        assertThat(rows(bench -> read(bench, file), "count(*)").toString()).isEqualTo("[[2]]");

        Files.writeString(folder.resolve("one.csv"), "a,b\n1,x\n");
        Files.writeString(folder.resolve("two.csv"), "a,b\n2,y\n3,z\n");
        assertThat(rows(bench -> read(bench, folder.resolve("*.csv")), "count(*)")
                        .toString())
                .isEqualTo("[[3]]");
    }

    @Test
    void queryIsAskedThroughItsDriverAndWritesNothing() throws Exception {
        String url = "jdbc:duckdb:" + folder.resolve("other.duckdb");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE f AS SELECT i AS id, i * 0.5 AS amount, CASE WHEN i % 4 > 0 THEN 'n' || i END AS"
                            + " name, DATE '2020-01-01' + i::INTEGER AS day, i % 2 = 0 AS even FROM range(100) r(i)");
            List<List<@Nullable Object>> rows = rows(
                    bench -> JdbcSource.read(
                            bench,
                            new JdbcSource.Question(
                                    url, Optional.empty(), Optional.empty(), "SELECT * FROM f ORDER BY id", List.of())),
                    "count(*), sum(id), sum(CAST(amount AS DOUBLE)), count(name), CAST(max(day) AS VARCHAR), count_if(even)");
            assertThat(rows.toString()).isEqualTo("[[100, 4950, 2475.0, 75, 2020-04-09, 50]]");
        }
        assertThatThrownBy(() -> rows(
                        bench -> JdbcSource.read(
                                bench,
                                new JdbcSource.Question(
                                        "jdbc:nobody://user:secret@host/db?password=secret",
                                        Optional.empty(),
                                        Optional.empty(),
                                        "SELECT 1",
                                        List.of())),
                        "1"))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("--driver")
                .hasMessageNotContaining("secret");
    }

    @Test
    void topicOfJsonIsReadToItsEndAsItIsNow() throws Exception {
        try (Log log = Log.open(new Log.Settings(folder.resolve("kafka"), 0, Optional.empty()), failure -> {})) {
            log.ensure("readings", 2, null);
            for (int row = 0; row < 100; row++) {
                String value = row == 50 ? "no json" : "{\n\"id\": " + row + "}";
                log.writer().send("readings", row % 2, 1, null, value.getBytes(UTF_8), Map.of(), (p, o, failure) -> {});
            }
            log.writer().flush();
            Profile.Source[] source = new Profile.Source[1];

            List<List<@Nullable Object>> rows = rows(
                    bench -> {
                        source[0] = TopicSource.read(bench, log, question(Optional.empty(), 1_000));
                    },
                    "count(*), sum(id)");

            assertThat(rows.toString()).isEqualTo("[[99, 4900]]");
            assertThat(source[0].unreadable()).isEqualTo(1);
            assertThat(source[0].unreadableExamples().get(0).text()).isEqualTo("no json");
            assertThat(rows(bench -> TopicSource.read(bench, log, question(Optional.empty(), 10)), "count(*), min(id)")
                            .toString())
                    .isEqualTo("[[10, 90]]");
        }
    }

    /** Gaps at the end of a compacted topic, tombstones, aborted and open transactions, and their marks. */
    @Test
    void ofTransactionsWhatIsCommittedIsReadAndTombstonesAreCounted() throws Exception {
        try (Log log = Log.open(new Log.Settings(folder.resolve("kafka"), 0, Optional.empty()), failure -> {})) {
            log.ensure("readings", 2, null);
            try (KafkaProducer<byte[], byte[]> first = transactional(log, "first");
                    KafkaProducer<byte[], byte[]> second = transactional(log, "second")) {
                first.beginTransaction();
                for (int row = 0; row < 10; row++) {
                    send(first, row % 2, row, "{\"id\": " + row + "}");
                }
                send(first, 0, 3, null);
                first.commitTransaction();
                first.beginTransaction();
                send(first, 0, 77, "{\"id\": 77}");
                send(first, 1, 78, "{\"id\": 78}");
                first.abortTransaction();
                second.beginTransaction();
                send(second, 1, 99, "{\"id\": 99}");
                second.flush();
                Profile.Source[] source = new Profile.Source[1];

                List<List<@Nullable Object>> rows = rows(
                        bench -> {
                            source[0] = TopicSource.read(bench, log, question(Optional.empty(), 1_000));
                        },
                        "count(*), sum(id)");

                assertThat(rows.toString()).isEqualTo("[[10, 45]]");
                assertThat(source[0].options())
                        .contains(
                                new Profile.Option("events", "10", true), new Profile.Option("tombstones", "1", true));
                assertThat(source[0].unreadable()).isZero();
                second.abortTransaction();
            }
        }
    }

    @Test
    void aCompactedTopicIsReadThroughItsGaps() throws Exception {
        try (Log log = Log.open(new Log.Settings(folder.resolve("kafka"), 0, Optional.empty()), failure -> {})) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", log.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("readings", 1, (short) 1)
                                .configs(Map.of(
                                        "cleanup.policy",
                                        "compact",
                                        "segment.ms",
                                        "100",
                                        "min.cleanable.dirty.ratio",
                                        "0.01",
                                        "max.compaction.lag.ms",
                                        "100",
                                        "delete.retention.ms",
                                        "0"))))
                        .all()
                        .get();
            }
            try (KafkaProducer<byte[], byte[]> producer = producer(log, Map.of())) {
                long[] row = {0};
                // Until the broker has compacted what came before.
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> {
                            send(producer, 0, row[0]++ % 3, "{\"id\": " + row[0] + "}");
                            producer.flush();
                            return events(log) < row[0];
                        });
                assertThat(events(log)).isBetween(3L, row[0]);
            }
        }
    }

    private long events(Log log) {
        return (Long) Objects.requireNonNull(
                rows(bench -> TopicSource.read(bench, log, question(Optional.empty(), 100_000)), "count(*)")
                        .get(0)
                        .get(0));
    }

    private static KafkaProducer<byte[], byte[]> transactional(Log log, String id) {
        KafkaProducer<byte[], byte[]> producer = producer(log, Map.of("transactional.id", id));
        producer.initTransactions();
        return producer;
    }

    private static KafkaProducer<byte[], byte[]> producer(Log log, Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.put("bootstrap.servers", log.bootstrap());
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, int partition, long key, @Nullable String value)
            throws Exception {
        producer.send(new ProducerRecord<>(
                        "readings",
                        partition,
                        Long.toString(key).getBytes(UTF_8),
                        value == null ? null : value.getBytes(UTF_8)))
                .get();
    }

    private static TopicSource.Question question(Optional<Instant> from, long limit) {
        return new TopicSource.Question("readings", from, limit, Optional.empty());
    }

    private static Profile.Source read(Workbench bench, Path file) {
        return FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
    }

    private List<List<@Nullable Object>> rows(Consumer<Workbench> reading, String what) {
        try (Workbench bench = Workbench.open(new Workbench.Settings(256L << 20, 1, folder.resolve("work")))) {
            reading.accept(bench);
            return List.copyOf(bench.rows("SELECT " + what + " FROM raw"));
        }
    }

    private static Path resource(String name) throws Exception {
        return Path.of(Objects.requireNonNull(SourcesTest.class.getResource(name), name)
                .toURI());
    }
}
