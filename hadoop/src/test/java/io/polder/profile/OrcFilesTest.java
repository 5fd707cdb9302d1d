package io.polder.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.ObjIntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.orc.CompressionKind;
import org.apache.orc.OrcFile;
import org.apache.orc.TypeDescription;
import org.apache.orc.Writer;
import org.apache.orc.storage.common.type.HiveDecimal;
import org.apache.orc.storage.ql.exec.vector.BytesColumnVector;
import org.apache.orc.storage.ql.exec.vector.ColumnVector;
import org.apache.orc.storage.ql.exec.vector.DateColumnVector;
import org.apache.orc.storage.ql.exec.vector.DecimalColumnVector;
import org.apache.orc.storage.ql.exec.vector.DoubleColumnVector;
import org.apache.orc.storage.ql.exec.vector.ListColumnVector;
import org.apache.orc.storage.ql.exec.vector.LongColumnVector;
import org.apache.orc.storage.ql.exec.vector.MapColumnVector;
import org.apache.orc.storage.ql.exec.vector.StructColumnVector;
import org.apache.orc.storage.ql.exec.vector.TimestampColumnVector;
import org.apache.orc.storage.ql.exec.vector.UnionColumnVector;
import org.apache.orc.storage.ql.exec.vector.VectorizedRowBatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What ORC's own writer writes, read into a workbench. */
final class OrcFilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "boolean                  | true                                 | BOOLEAN",
                "tinyint                  | -128                                 | TINYINT",
                "smallint                 | -32768                               | SMALLINT",
                "int                      | -2147483648                          | INTEGER",
                "bigint                   | -9223372036854775808                 | BIGINT",
                "float                    | 0.1                                  | FLOAT",
                "double                   | 0.30000000000000004                  | DOUBLE",
                "decimal(10,2)            | -1234.50                             | DECIMAL(10,2)",
                "decimal(38,10)           | 1234567890123456789012345678.0123456789 | DECIMAL(38,10)",
                "decimal(20,0)            | 99999999999999999999                 | DECIMAL(20,0)",
                "string                   | zoë 😀                                | VARCHAR",
                "varchar(3)               | zoë                                  | VARCHAR",
                "char(6)                  | zoë                                  | VARCHAR",
                "binary                   | a\\x00\\xFF                          | BLOB",
                "date                     | 1500-02-28                           | DATE",
                "timestamp                | 1969-12-31 23:59:57.123456           | TIMESTAMP",
                "timestamp with local time zone | 2026-07-01 10:00:00            | TIMESTAMP",
                "array<int>               | [1,null,3]                           | VARCHAR",
                "map<string,double>       | {\"a\":0.5,\"b\":null}               | VARCHAR",
                "map<int,date>            | {\"7\":\"1500-02-28\"}               | VARCHAR",
                "struct<a:int,b:array<struct<c:string>>> | {\"a\":1,\"b\":[{\"c\":\"x\"},{\"c\":\"\\\"\"}]} | VARCHAR",
                "uniontype<int,string>    | text                                 | VARCHAR",
                "uniontype<string,decimal(5,2)> | 1.50                           | VARCHAR",
            })
    void eachTypeHasItsValue(String type, String value, String stored) throws IOException {
        Path file = folder.resolve("one.orc");
        write(file, "struct<before:int,v:" + type + ">", CompressionKind.ZLIB, 2, (batch, row) -> {
            whole(batch.cols[0], row, row);
            if (row == 1) {
                batch.cols[1].noNulls = false;
                batch.cols[1].isNull[row] = true;
            } else {
                example(batch.cols[1], type);
            }
        });

        assertThat(rows(file, "CAST(v AS VARCHAR), typeof(v)"))
                .containsExactly(Arrays.asList(value, stored), Arrays.asList(null, stored));
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionKind.class,
            names = {"NONE", "ZLIB", "SNAPPY", "LZO", "LZ4", "ZSTD"})
    void compressedFilesAreRead(CompressionKind kind) throws IOException {
        Path file = folder.resolve("long");
        long rows = 50_000;
        write(file, "struct<id:bigint,name:string,same:int,none:double>", kind, (int) rows, (batch, row) -> {
            whole(batch.cols[0], row, batch.cols[0].isNull.length + row);
            text(batch.cols[1], row, "n" + row % 3);
            whole(batch.cols[2], row, 7);
            batch.cols[3].noNulls = false;
            batch.cols[3].isNull[row] = true;
        });

        assertThat(rows(file, "count(*), count(DISTINCT name), min(same), max(same), count(none)")
                        .toString())
                .isEqualTo("[[50000, 3, 7, 7, 0]]");
    }

    /** Old files do not say their zone but the writer's: what is read is the clock on its wall. */
    @Test
    void timesAreThoseOfTheWritersWallWhereverItIsRead() throws IOException {
        TimeZone here = TimeZone.getDefault();
        Path file = folder.resolve("times.orc");
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("America/New_York"));
            write(file, "struct<v:timestamp>", CompressionKind.ZLIB, 2, (batch, row) -> ((TimestampColumnVector)
                            batch.cols[0])
                    .set(row, Timestamp.valueOf(row == 0 ? "2026-01-01 12:30:00" : "2026-07-01 12:30:00.5")));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kolkata"));

            assertThat(rows(file, "CAST(v AS VARCHAR)").toString())
                    .isEqualTo("[[2026-01-01 12:30:00], [2026-07-01 12:30:00.5]]");
        } finally {
            TimeZone.setDefault(here);
        }
    }

    @Test
    void severalFilesAreReadByAGlobAndAColumnThatOneLacksIsMissingThere() throws IOException {
        write(folder.resolve("one.orc"), "struct<a:int,b:int>", CompressionKind.ZSTD, 2, (batch, row) -> {
            whole(batch.cols[0], row, row);
            whole(batch.cols[1], row, row);
        });
        write(
                folder.resolve("two.orc"),
                "struct<a:int>",
                CompressionKind.ZSTD,
                3,
                (batch, row) -> whole(batch.cols[0], row, row));

        assertThat(rows(folder.resolve("*.orc"), "count(a), count(b), sum(a)").toString())
                .isEqualTo("[[5, 2, 4]]");
    }

    @Test
    void aFileWithoutAStructHasOneColumn() throws IOException {
        Path file = folder.resolve("numbers.orc");
        write(file, "int", CompressionKind.NONE, 5, (batch, row) -> whole(batch.cols[0], row, row));

        assertThat(rows(file, "sum(value)").toString()).isEqualTo("[[10]]");
    }

    @Test
    void anEmptyTableHasItsColumns() throws IOException {
        Path file = folder.resolve("empty.orc");
        write(file, "struct<a:int>", CompressionKind.NONE, 0, (batch, row) -> {});

        assertThat(rows(file, "count(a)").toString()).isEqualTo("[[0]]");
    }

    @Test
    void aFileThatIsCutOffOrBrokenIsRefusedInASentence() throws IOException {
        Path file = folder.resolve("whole.orc");
        write(file, "struct<a:bigint,b:string>", CompressionKind.ZLIB, 30_000, (batch, row) -> {
            whole(batch.cols[0], row, row * 7_919L % 10_007);
            text(batch.cols[1], row, "n" + row * 7_919L % 10_007);
        });
        byte[] bytes = Files.readAllBytes(file);
        byte[] broken = bytes.clone();
        Arrays.fill(broken, bytes.length / 4, bytes.length / 2, (byte) 0x5a);

        refused(Files.write(folder.resolve("cut.orc"), Arrays.copyOf(bytes, bytes.length - 300)));
        refused(Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, 3)));
        refused(Files.write(folder.resolve("broken.orc"), broken));
        refused(Files.writeString(folder.resolve("text.orc"), "a,b\n1,2\n"));
    }

    @Test
    void itIsProfiledAsAnyOtherFile() throws IOException {
        Path file = folder.resolve("readings.orc");
        write(file, "struct<speed:decimal(5,1),name:string>", CompressionKind.SNAPPY, 100, (batch, row) -> {
            ((DecimalColumnVector) batch.cols[0]).set(row, HiveDecimal.create(row));
            text(batch.cols[1], row, "n" + row % 4);
        });
        Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of(), 10, true, 1);
        try (Workbench bench = bench()) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);

            Profile profile = Profiler.profile(bench, "readings", source, settings, done -> {});

            assertThat(profile.source().format()).isEqualTo("orc");
            assertThat(profile.columns().toString()).contains("type=decimal", "mean=49.5", "type=text", "distinct=4");
        }
    }

    private void refused(Path file) {
        assertThatThrownBy(() -> rows(file, "*"))
                .isInstanceOf(PolderException.class)
                .hasMessageStartingWith(file + ": cannot be read as ORC (")
                .hasMessageContaining("). Fix: see that it is whole")
                .hasMessageNotContainingAny("\n", "Exception", "null)");
    }

    private List<List<@Nullable Object>> rows(Path file, String select) {
        try (Workbench bench = bench()) {
            FileSource.read(bench, file.toString(), told(file));
            return bench.rows("SELECT " + select + " FROM raw");
        }
    }

    private static FileSource.Told told(Path file) {
        return new FileSource.Told(
                file.endsWith("cut") ? Optional.of("orc") : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private Workbench bench() {
        return Workbench.open(new Workbench.Settings(256L << 20, 1, folder.resolve("work")));
    }

    // ---- what is written

    private static void write(
            Path path, String schema, CompressionKind kind, int rows, ObjIntConsumer<VectorizedRowBatch> fill)
            throws IOException {
        Configuration none = new Configuration(false);
        RawLocalFileSystem files = new RawLocalFileSystem();
        files.initialize(files.getUri(), none);
        TypeDescription type = TypeDescription.fromString(schema);
        try (Writer writer = OrcFile.createWriter(
                new org.apache.hadoop.fs.Path(path.toUri()),
                OrcFile.writerOptions(none)
                        .fileSystem(files)
                        .setSchema(type)
                        .compress(kind)
                        .stripeSize(100_000)
                        .setProlepticGregorian(true))) {
            VectorizedRowBatch batch = type.createRowBatch();
            for (int row = 0; row < rows; row++) {
                fill.accept(batch, batch.size++);
                if (batch.size == batch.getMaxSize()) {
                    writer.addRowBatch(batch);
                    batch.reset();
                }
            }
            writer.addRowBatch(batch);
        }
    }

    private static void whole(ColumnVector to, int row, long value) {
        ((LongColumnVector) to).vector[row] = value;
    }

    private static void text(ColumnVector to, int row, String value) {
        ((BytesColumnVector) to).setVal(row, value.getBytes(UTF_8));
    }

    private static void day(ColumnVector to) {
        ((DateColumnVector) to).changeCalendar(true, false);
        whole(to, 0, LocalDate.of(1500, 2, 28).toEpochDay());
    }

    /** The value of row 0 for a type. */
    private static void example(ColumnVector to, String type) {
        switch (type.replaceAll("\\(.*", "")) {
            case "boolean" -> whole(to, 0, 1);
            case "tinyint" -> whole(to, 0, Byte.MIN_VALUE);
            case "smallint" -> whole(to, 0, Short.MIN_VALUE);
            case "int" -> whole(to, 0, Integer.MIN_VALUE);
            case "bigint" -> whole(to, 0, Long.MIN_VALUE);
            case "float" -> ((DoubleColumnVector) to).vector[0] = 0.1f;
            case "double" -> ((DoubleColumnVector) to).vector[0] = 0.1 + 0.2;
            case "decimal" ->
                decimal(
                        to,
                        type.endsWith("(10,2)")
                                ? "-1234.50"
                                : type.endsWith(",0)")
                                        ? "99999999999999999999"
                                        : "1234567890123456789012345678.0123456789");
            case "string" -> text(to, 0, "zoë 😀");
            case "varchar", "char" -> text(to, 0, "zoë");
            case "binary" -> ((BytesColumnVector) to).setVal(0, new byte[] {'a', 0, (byte) 0xff});
            case "date" -> day(to);
            case "timestamp" -> ((TimestampColumnVector) to).set(0, Timestamp.valueOf("1969-12-31 23:59:57.123456789"));
            case "timestamp with local time zone" ->
                ((TimestampColumnVector) to).set(0, Timestamp.from(Instant.parse("2026-07-01T10:00:00Z")));
            default -> nested(to, type);
        }
    }

    private static void decimal(ColumnVector to, String value) {
        ((DecimalColumnVector) to).set(0, HiveDecimal.create(value));
    }

    private static void nested(ColumnVector to, String type) {
        switch (type) {
            case "array<int>" -> {
                ListColumnVector list = (ListColumnVector) to;
                list.lengths[0] = 3;
                list.childCount = 3;
                whole(list.child, 0, 1);
                list.child.noNulls = false;
                list.child.isNull[1] = true;
                whole(list.child, 2, 3);
            }
            case "map<string,double>" -> {
                MapColumnVector map = (MapColumnVector) to;
                map.lengths[0] = 2;
                map.childCount = 2;
                text(map.keys, 0, "a");
                text(map.keys, 1, "b");
                ((DoubleColumnVector) map.values).vector[0] = 0.5;
                map.values.noNulls = false;
                map.values.isNull[1] = true;
            }
            case "map<int,date>" -> {
                MapColumnVector map = (MapColumnVector) to;
                map.lengths[0] = 1;
                map.childCount = 1;
                whole(map.keys, 0, 7);
                day(map.values);
            }
            case "struct<a:int,b:array<struct<c:string>>>" -> {
                StructColumnVector struct = (StructColumnVector) to;
                whole(struct.fields[0], 0, 1);
                ListColumnVector list = (ListColumnVector) struct.fields[1];
                list.lengths[0] = 2;
                list.childCount = 2;
                ColumnVector texts = ((StructColumnVector) list.child).fields[0];
                text(texts, 0, "x");
                text(texts, 1, "\"");
            }
            default -> {
                UnionColumnVector union = (UnionColumnVector) to;
                union.tags[0] = 1;
                if (union.fields[1] instanceof DecimalColumnVector decimals) {
                    decimal(decimals, "1.50");
                } else {
                    text(union.fields[1], 0, "text");
                }
            }
        }
    }
}
