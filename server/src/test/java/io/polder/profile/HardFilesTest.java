package io.polder.profile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.polder.record.PolderException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as they are found: a result, or a sentence that says what is wrong and what to do, and nothing is lost silently. */
class HardFilesTest {
    /** Bytes of the line that is too long; a gigabyte with -Dpolder.test.longLine=1073741824. */
    private static final long LONG_LINE = Long.getLong("polder.test.longLine", 17L << 20);

    @TempDir
    Path folder;

    @Test
    void fileOfNothingAndFileOfAHeader() throws IOException {
        refused(file("empty.csv", ""), "is empty");
        Profile header = profile(file("header.csv", "a,b\n"));
        assertThat(header.rows()).isZero();
        assertThat(header.columns()).extracting(Profile.Column::name).containsExactly("a", "b");
        assertThat(header.alerts()).extracting(Profile.Alert::kind).contains("empty");
        assertThat(profile(file("bare.json", "[]")).rows()).isZero();
    }

    @Test
    void linesMayEndInTwoWays() throws IOException {
        Profile mixed = profile(file("mixed.csv", "a,b\r\n1,2\n3,4\r\n5,6\n"));
        assertThat(mixed.rows()).isEqualTo(3);
        assertThat(mixed.source().unreadable()).isZero();
        assertThat(mixed.columns()).extracting(Profile.Column::name).containsExactly("a", "b");
    }

    @Test
    void aColumnOfAHeaderMayHaveNoName() throws IOException {
        Profile frame = profile(file("frame.csv", ",x,name\n0,4,n0\n1,2,n1\n2,7,n2\n"));
        assertThat(frame.rows()).isEqualTo(3);
        assertThat(frame.columns())
                .extracting(Profile.Column::name)
                .contains("x", "name")
                .hasSize(3);
        // Without a header a first row may lack a value as well.
        assertThat(profile(file("bare.csv", "Jan,,Gent\nPiet,a,Brugge\n")).rows())
                .isEqualTo(2);
    }

    @Test
    void linesAboveTheTableAreFoundAndSaid() throws IOException {
        String table = "id,name,amount\n1,a,5\n2,b,7\n3,c,9\n";
        for (String title : List.of("Sales of 2020\n", "Sales of 2020\n\nby region\n\n")) {
            Profile profile = profile(file("title.csv", title + table));
            assertThat(profile.rows()).isEqualTo(3);
            assertThat(profile.source().unreadable()).isZero();
            assertThat(profile.columns()).extracting(Profile.Column::name).containsExactly("id", "name", "amount");
            assertThat(profile.source().options())
                    .contains(new Profile.Option(
                            "lines above", String.valueOf(title.lines().count()), true));
        }
        assertThat(profile(file("whole.csv", table)).source().options())
                .extracting(Profile.Option::name)
                .doesNotContain("lines above");
        // A header that lacks a column is one, and a short row is a row that cannot be read.
        assertThat(profile(file("short.csv", "id,name\n1,a,5\n2,b,7\n3,c,9\n"))
                        .source()
                        .options())
                .extracting(Profile.Option::name)
                .doesNotContain("lines above");
        assertThat(profile(file("first.csv", "id,name,amount\n1\n2,b,7\n3,c,9\n"))
                        .source()
                        .unreadable())
                .isEqualTo(1);
    }

    @Test
    void oneRowAndOneColumnAndNoValueAtAll() throws IOException {
        Profile row = profile(file("row.csv", "a,b\n1,x\n"));
        assertThat(row.rows()).isEqualTo(1);
        assertThat(Objects.requireNonNull(row.columns().get(0).numbers()).mean())
                .isEqualTo(1);
        assertThat(Objects.requireNonNull(row.columns().get(0).numbers()).deviation())
                .isNaN();
        assertThat(profile(file("column.csv", "a\n1\n2\n3\n")).columns()).hasSize(1);
        Profile nothing = profile(file("nothing.csv", "a,b\n,\n,\n,\n"));
        assertThat(nothing.rows()).isEqualTo(3);
        assertThat(nothing.columns()).extracting(Profile.Column::missing).containsExactly(3L, 3L);
        assertThat(nothing.alerts()).extracting(Profile.Alert::kind).contains("all missing");
    }

    @Test
    void lineThatIsTooLongIsLeftOutAndCountedAndTheRestIsRead() throws IOException {
        Path file = folder.resolve("long.csv");
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'y');
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write("a,b\n1,x\n2,".getBytes(UTF_8));
            for (long written = 0; written < LONG_LINE; written += piece.length) {
                out.write(piece);
            }
            out.write("\n3,z\n4\n".getBytes(UTF_8));
        }

        Profile profile = profile(file);

        assertThat(profile.rows()).isEqualTo(2);
        assertThat(profile.source().unreadable()).isEqualTo(2);
        assertThat(profile.source().unreadableExamples())
                .extracting(Profile.Unreadable::line)
                .as("also behind the line that is left out, lines have the numbers that the file gives them")
                .containsExactly(3L, 5L);
        assertThat(profile.source().unreadableExamples().get(0).wrong()).contains("bytes");
    }

    @Test
    void raggedRowsAreCountedWithLineAndColumn() throws IOException {
        Profile profile = profile(file("ragged.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n"));

        assertThat(profile.rows()).isEqualTo(2);
        assertThat(profile.source().unreadable()).isEqualTo(2);
        assertThat(profile.source().unreadableExamples())
                .extracting(each -> each.line() + " " + each.text())
                .containsExactly("3 3", "4 4,5,6");
    }

    @Test
    void quoteThatIsNeverClosedIsNamedWithItsLine() throws IOException {
        Profile profile = profile(file("quote.csv", "a,b\n1,x\n2,\"open\n3,y\n" + "4,z\n".repeat(20)));

        assertThat(profile.source().unreadableExamples()).isNotEmpty().first().satisfies(each -> {
            assertThat(each.line()).isEqualTo(3);
            assertThat(each.wrong()).contains("quote");
        });
    }

    @Test
    void linesOfTwoEncodingsAreEachReadInTheirs() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("stad,n\nLiège,1\nGent,2\n".getBytes(UTF_8));
        bytes.write("Liège,3\n".getBytes(ISO_8859_1));
        bytes.write(new byte[] {(byte) 0x80, ',', '4', '\n'});

        Profile profile = profile(bytes("mixed.csv", bytes.toByteArray()));

        assertThat(profile.columns().get(0).top())
                .containsExactlyInAnyOrder(
                        new Profile.Top("Liège", 2), new Profile.Top("Gent", 1), new Profile.Top("€", 1));
        assertThat(profile.source().options()).contains(new Profile.Option("encoding", "utf-8 and latin-1", true));
        assertThat(profile(bytes("wide.csv", "a,b\n1,é\n".getBytes(UTF_16)))
                        .columns()
                        .get(1)
                        .top())
                .containsExactly(new Profile.Top("é", 1));
    }

    /** What is wrong far behind the beginning is not seen before it is read: then the row is counted. */
    @Test
    void aWrongByteFarBehindTheBeginningIsARowThatCannotBeRead() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("stad,n\n".getBytes(UTF_8));
        for (int row = 0; row < 150_000; row++) {
            bytes.write(("Gent," + row + "\n").getBytes(UTF_8));
        }
        bytes.write("Liège,1\n".getBytes(ISO_8859_1));

        Profile profile = profile(bytes("far.csv", bytes.toByteArray()));

        assertThat(profile.rows() + profile.source().unreadable()).isEqualTo(150_001);
        assertThat(profile.source().unreadableExamples())
                .extracting(Profile.Unreadable::line)
                .containsExactly(150_002L);
    }

    @Test
    void bytesOfZeroAreSignsLikeOthersAndAFileOfBytesIsNoText() throws IOException {
        Profile profile = profile(file("nul.csv", "a,b\n1,x\0y\n2,\0\n3,z\n" + "4,plain text\n".repeat(10)));
        assertThat(profile.rows()).isEqualTo(13);
        assertThat(Reports.html(profile)).doesNotContain("\0");

        byte[] binary = new byte[20_000];
        for (int at = 0; at < binary.length; at++) {
            binary[at] = (byte) (at * 31 + at / 256 * 7);
        }
        refused(bytes("binary.csv", binary), "is not text");
    }

    @Test
    void fileThatGrowsWhileItIsReadHasTheRowsOfSomeMoment() throws Exception {
        Path file = file("growing.csv", "a,b\n" + "1,x\n".repeat(50_000));
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Long> growing = CompletableFuture.supplyAsync(() -> {
            long lines = 0;
            while (!isOver.get() && lines < 500_000) {
                try {
                    Files.writeString(file, "2,y\n".repeat(100), StandardOpenOption.APPEND);
                } catch (IOException broken) {
                    throw new UncheckedIOException(broken);
                }
                lines += 100;
            }
            return lines;
        });

        Profile profile = profile(file);
        isOver.set(true);

        assertThat(profile.rows()).isBetween(50_000L, 50_000L + growing.get());
        assertThat(profile.columns().get(0).count() + profile.columns().get(0).missing())
                .isEqualTo(profile.rows());
    }

    @Test
    void compressedFileThatIsCutOffIsRefusedWhereverItIsCut() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(whole)) {
            gzip.write("a,b\n".getBytes(UTF_8));
            for (int row = 0; row < 400_000; row++) {
                gzip.write((row + "," + row * 7919 % 1000 + "\n").getBytes(UTF_8));
            }
        }
        refused(bytes("early.csv.gz", Arrays.copyOf(whole.toByteArray(), 15)), "early.csv.gz");
        refused(
                bytes("late.csv.gz", Arrays.copyOf(whole.toByteArray(), whole.size() - whole.size() / 10)),
                "late.csv.gz");
        assertThat(profile(file("plain.csv.gz", "a,b\n1,2\n")).rows())
                .as("a name promises nothing")
                .isEqualTo(1);
    }

    @Test
    void numbersBeyondADoubleAndTimesAtTheEndsOfTime() throws IOException {
        Profile big = profile(file("big.csv", "n\n1e308\n-1e308\n1e400\n5\n123456789012345678901234567890\n"));
        Profile.Numbers numbers = Objects.requireNonNull(big.columns().get(0).numbers());
        assertThat(numbers.infinities()).isEqualTo(1);
        assertThat(numbers.max()).isEqualTo(1e308);
        assertThat(numbers.mean()).isCloseTo(1.2345678901234568e29 / 4, within(1e295));

        Profile times = profile(file("times.csv", "d\n0000-01-01\n0001-01-01\n9999-12-31\n2017-04-27\n"));
        assertThat(times.columns().get(0).type()).isEqualTo("date");
        assertThat(times.alerts()).extracting(Profile.Alert::kind).contains("unlikely times");
    }

    @Test
    void theZonesOfTimesAreToldAndTheTimesInUtc() throws IOException {
        StringBuilder csv = new StringBuilder("offset,utc,none\n");
        for (int hour = 10; hour < 20; hour++) {
            csv.append("2020-03-29T%d:00:00%s,2020-03-29T%d:00:00Z,2020-03-29 %d:00:00\n"
                    .formatted(hour, hour < 18 ? "+02:00" : "+01:00", hour, hour));
        }

        List<Profile.Column> columns =
                profile(file("zones.csv", csv.toString())).columns();

        assertThat(columns).extracting(Profile.Column::type).containsOnly("timestamp");
        assertThat(columns)
                .extracting(column -> Objects.requireNonNull(column.time()).zones())
                .containsExactly(List.of("+02:00", "+01:00"), List.of("Z"), List.of());
        assertThat(columns)
                .extracting(column -> Objects.requireNonNull(column.time()).min())
                .containsExactly("2020-03-29 08:00:00", "2020-03-29 10:00:00", "2020-03-29 10:00:00");
    }

    @Test
    void textFromRightToLeftIsTextAsAnyOther() throws IOException {
        Profile profile = profile(file("rtl.csv", "שם,עיר\nדוד,חיפה\nשרה,אילת\n"));

        assertThat(profile.columns()).extracting(Profile.Column::name).containsExactly("שם", "עיר");
        assertThat(Objects.requireNonNull(profile.columns().get(0).text()).scripts())
                .containsExactly(new Profile.Top("hebrew", 2));
    }

    @Test
    void manyColumnsAreProfiledAndTheirReportIsDrawnOnDemand() throws IOException {
        String names = IntStream.range(0, 500).mapToObj(at -> "c" + at).collect(Collectors.joining(","));
        String values = IntStream.range(0, 500).mapToObj(String::valueOf).collect(Collectors.joining(","));

        Profile profile = profile(file("wide.csv", names + "\n" + (values + "\n").repeat(3)));

        assertThat(profile.columns()).hasSize(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad.parquet", "bad.avro", "bad.arrow", "bad.json", "x.orc"})
    void whatIsBrokenIsSaidInASentence(String name) throws IOException {
        String start = name.endsWith("parquet")
                ? "PAR1"
                : name.endsWith("avro")
                        ? "Obj\u0001"
                        : name.endsWith("arrow") ? "ARROW1" : name.endsWith("orc") ? "ORC" : "[{\"a\":1},{\"a\":]";

        refused(file(name, start + "xxx"), name);
    }

    @Test
    void linesThatAreNoJsonAreCountedAndShown() throws IOException {
        Profile profile = profile(file("bad.ndjson", "{\"a\":1}\n{\"a\":\n{\"a\":2}\n5\n{\"a\":3}\n"));

        assertThat(profile.rows()).isEqualTo(3);
        assertThat(profile.source().unreadable()).isEqualTo(2);
        assertThat(profile.source().unreadableExamples())
                .extracting(Profile.Unreadable::line)
                .containsExactly(2L, 4L);
    }

    private void refused(Path file, String saying) {
        assertThatThrownBy(() -> profile(file))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining(saying)
                .hasMessageContaining("Fix:")
                .hasMessageNotContaining("\tat ");
    }

    private Profile profile(Path file) {
        Profiler.Settings settings = new Profiler.Settings(List.of(), Set.of(), 10, true, 1);
        try (Workbench bench = Workbench.open(new Workbench.Settings(512L << 20, 1, folder.resolve("work")))) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            return Profiler.profile(bench, String.valueOf(file.getFileName()), source, settings, done -> {});
        }
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path bytes(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
