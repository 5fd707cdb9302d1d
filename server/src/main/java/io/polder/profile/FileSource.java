package io.polder.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdInputStream;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.store.duck.EngineMessage;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.LineNumberReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Files as a source: CSV and its like, JSON, Parquet, Avro, Arrow, ORC; text also compressed with gzip or zstd, and several
 * by a glob. What is detected of a CSV file is told, and can be told otherwise.
 */
public final class FileSource {
    /**
     * What a person says of the file; empty where it is to be detected.
     *
     * @param format csv, json, parquet, avro, arrow or orc
     * @param header whether the first line names the columns
     * @param skip how many lines stand above the table
     */
    public record Told(
            Optional<String> format,
            Optional<String> delimiter,
            Optional<String> quote,
            Optional<String> encoding,
            Optional<Boolean> header,
            Optional<Integer> skip) {
        public static final Told NOTHING = new Told(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static final int HEAD_BYTES = 1 << 20;
    /** Extensions that are believed. */
    private static final List<String> NAMED =
            List.of("json", "ndjson", "jsonl", "parquet", "avro", "arrow", "arrows", "feather", "ipc", "orc");
    /** What files of bytes begin with, whatever they are called; a stream of Arrow with a sign and a message's length. */
    private static final Map<String, String> MAGIC = Map.of(
            "PAR1",
            "parquet",
            "Obj\u0001",
            "avro",
            ArrowFile.MAGIC,
            "arrow",
            "\u00ff\u00ff\u00ff\u00ff",
            "arrow",
            "ORC",
            "orc");

    private static final int EXAMPLES = 20;
    private static final Map<String, String> ENCODINGS = Map.of(
            "utf-8",
            "utf-8",
            "utf8",
            "utf-8",
            "utf-16",
            "utf-16",
            "utf16",
            "utf-16",
            "latin-1",
            "latin-1",
            "latin1",
            "latin-1",
            "iso-8859-1",
            "latin-1",
            "windows-1252",
            "latin-1");

    private final Workbench bench;
    private final String files;
    private final Told told;
    private final List<Profile.Option> options = new ArrayList<>();

    private FileSource(Workbench bench, String files, Told told) {
        this.bench = bench;
        this.files = files;
        this.told = told;
    }

    /**
     * Reads files into table {@code raw} of the workbench. A single large Parquet file is a view of that name and must stay as it is
     * until the workbench is closed ({@link Workbench#checkUnchanged}).
     *
     * @param files a path or a glob
     * @return how they were read
     * @throws PolderException INVALID_REQUEST when they cannot be
     */
    public static Profile.Source read(Workbench bench, String files, Told told) {
        return new FileSource(bench, files, told).read();
    }

    private Profile.Source read() {
        String format = told.format().orElseGet(this::formatByName);
        return switch (format) {
            case "csv", "tsv", "txt" -> csv();
            case "json", "ndjson", "jsonl" -> json();
            case "parquet" -> {
                ParquetFile.read(bench, files);
                yield new Profile.Source("parquet", List.of(), 0, List.of());
            }
            case "avro" -> AvroFile.read(bench, paths());
            case "arrow", "arrows", "feather", "ipc" -> ArrowFile.read(bench, paths());
            case "orc" -> {
                ArrowFile.take(bench, paths(), "ORC", beside("orc")::open);
                yield new Profile.Source("orc", List.of(), 0, List.of());
            }
            default ->
                throw wrong(
                        "--format",
                        format,
                        "is not a format that can be read",
                        Problem.suggestion(format, List.of("csv", "json", "parquet", "avro", "arrow", "orc")));
        };
    }

    /** The reader of a format that is in a jar beside the program. */
    private FileFormat beside(String name) {
        for (FileFormat format : ServiceLoader.load(FileFormat.class)) {
            if (format.name().equals(name)) {
                return format;
            }
        }
        throw wrong(
                "FILE",
                files,
                "is " + name.toUpperCase(Locale.ROOT) + ", whose reader is not on the class path",
                "build the module hadoop (mvn -pl hadoop -am package), which ./polder then adds");
    }

    private String formatByName() {
        String name = files.toLowerCase(Locale.ROOT).replaceAll("\\.(gz|zst)$", "");
        String extension = name.substring(name.lastIndexOf('.') + 1);
        if (NAMED.contains(extension)) {
            return extension;
        }
        byte[] head = head();
        String start = new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1).strip();
        for (Map.Entry<String, String> magic : MAGIC.entrySet()) {
            if (start.startsWith(magic.getKey())) {
                return magic.getValue();
            }
        }
        boolean isJson = start.startsWith("{\"") || start.startsWith("[{") || start.startsWith("[\n");
        return isJson ? "json" : "csv";
    }

    /** The files, by their names; none of them a folder. */
    private List<Path> paths() {
        List<Path> found = new ArrayList<>();
        if (Files.exists(Path.of(files))) {
            found.add(Path.of(files));
        } else {
            bench.read(
                    "SELECT file FROM glob(" + text(files) + ") ORDER BY 1",
                    row -> found.add(Path.of(row.getString(1))));
        }
        if (found.isEmpty()) {
            throw wrong("FILE", files, "there is no such file", "check the path; a glob needs quotes in a shell");
        }
        if (Files.isDirectory(found.get(0))) {
            throw wrong("FILE", files, "this is a folder", "name files in it, as in '" + files + "/*.csv'");
        }
        return found;
    }

    /** The beginning of the first file, uncompressed. */
    private byte[] head() {
        Path file = paths().get(0);
        try (InputStream in = plain(file)) {
            return in.readNBytes(HEAD_BYTES);
        } catch (IOException broken) {
            throw broken(file, broken);
        }
    }

    private static PolderException broken(Path file, IOException broken) {
        return new PolderException(
                ErrorCode.INVALID_REQUEST,
                file + ": cannot be read (" + broken.getMessage() + "). Fix: see that it is whole and readable",
                broken);
    }

    /** A file's bytes, uncompressed. */
    private static InputStream plain(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file));
        in.mark(4);
        byte[] start = in.readNBytes(4);
        in.reset();
        if (isGzip(start)) {
            return new GZIPInputStream(in);
        }
        return isZstd(start) ? new ZstdInputStream(in) : in;
    }

    /** The engine takes what there is of a compressed file that is cut off, and says nothing. */
    private void checkWhole() {
        for (Path file : paths()) {
            try (InputStream in = plain(file)) {
                byte[] bytes = new byte[1 << 16];
                long count = 0;
                try {
                    for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                        count += read;
                    }
                } catch (IOException cut) {
                    throw new PolderException(
                            ErrorCode.INVALID_REQUEST,
                            file + ": is cut off or broken behind " + count + " bytes of text (" + cut.getMessage()
                                    + "). Fix: fetch it again, or uncompress what there is and profile that",
                            cut);
                }
            } catch (IOException broken) {
                throw broken(file, broken);
            }
        }
    }

    private static boolean isGzip(byte[] start) {
        return start.length >= 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b;
    }

    private static boolean isZstd(byte[] start) {
        return start.length == 4 && ByteBuffer.wrap(start).getInt() == 0x28b52ffd;
    }

    /** How the files are compressed, for the engine, which believes their names. */
    private String compression() {
        Path file = paths().get(0);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(4);
            if (isGzip(start) || isZstd(start)) {
                checkWhole();
                return ", compression = '" + (isGzip(start) ? "gzip" : "zstd") + "'";
            }
            return "";
        } catch (IOException broken) {
            throw broken(file, broken);
        }
    }

    private Profile.Source csv() {
        byte[] head = head();
        if (head.length == 0) {
            throw wrong("FILE", files, "is empty", "give it a header line at least");
        }
        String encoding = told.encoding()
                .map(name -> Optional.ofNullable(ENCODINGS.get(name.toLowerCase(Locale.ROOT)))
                        .orElseThrow(() -> wrong(
                                "--encoding",
                                name,
                                "is not an encoding that can be read",
                                Problem.suggestion(name, List.of("utf-8", "utf-16", "latin-1")))))
                .orElseGet(() -> encoding(head));
        if (told.format().isEmpty() && isBinary(head) && !encoding.equals("utf-16")) {
            throw wrong("FILE", files, "is not text", "say what it is with --format, or see where it comes from");
        }
        if (encoding.equals("latin-1") || isBigEndian(head)) {
            return mended(head, told.encoding().isPresent(), null);
        }
        try {
            return csv(new Lines(text(files), encoding, encoding, compression(), true, null), head);
        } catch (PolderException broken) {
            if (encoding.equals("utf-16")) {
                throw broken;
            }
            return mended(head, false, broken);
        }
    }

    /**
     * What the engine reads.
     *
     * @param files as it takes them
     * @param encoding as it takes it
     * @param shown the encoding as it is told
     * @param isDetected whether the engine looks at the first lines itself; not where it makes nothing of them
     * @param mender what made these files of others; null when nothing did
     */
    private record Lines(
            String files,
            String encoding,
            String shown,
            String compression,
            boolean isDetected,
            @Nullable LineMender mender) {}

    /** Of files that are mended first. */
    private Profile.Source mended(byte[] head, boolean isLatin, @Nullable PolderException before) {
        LineMender mender = new LineMender();
        List<String> mended = new ArrayList<>();
        for (Path file : paths()) {
            Path to = bench.folder().resolve("mended" + mended.size() + ".csv");
            try (InputStream in = plain(file)) {
                if (isBigEndian(head)) {
                    mender.decode(in, to);
                } else {
                    mender.mend(in, to, isLatin);
                }
            } catch (IOException broken) {
                throw broken(file, broken);
            }
            mended.add(text(to.toString()));
        }
        String all = "[" + String.join(", ", mended) + "]";
        String bounds =
                ", max_line_size = " + (LineMender.LONGEST + 1) + ", buffer_size = " + 2 * (LineMender.LONGEST + 1);
        try {
            return csv(new Lines(all, "utf-8", mender.encoding(), bounds, true, mender), head);
        } catch (PolderException strictly) {
            try {
                return csv(new Lines(all, "utf-8", mender.encoding(), bounds, false, mender), head);
            } catch (PolderException broken) {
                throw before == null ? broken : before;
            }
        }
    }

    /** Whether it is UTF-16 of the kind that the engine does not read. */
    private static boolean isBigEndian(byte[] head) {
        return head.length >= 2 && head[0] == (byte) 0xfe && head[1] == (byte) 0xff;
    }

    private static boolean isBinary(byte[] head) {
        int odd = 0;
        for (byte each : head) {
            if (each >= 0 && each < ' ' && each != '\n' && each != '\r' && each != '\t') {
                odd++;
            }
        }
        return odd > head.length / 20;
    }

    private Profile.Source csv(Lines lines, byte[] start) {
        options.clear();
        int skip = told.skip().orElseGet(() -> lines.encoding().equals("utf-16") ? 0 : TitleLines.above(start));
        byte[] head = TitleLines.without(start, skip);
        StringBuilder parameters = new StringBuilder("all_varchar = true, sample_size = 20480, encoding = ")
                .append(text(lines.encoding()))
                .append(lines.compression());
        told.delimiter().ifPresent(delimiter -> parameters.append(", delim = ").append(text(unescaped(delimiter))));
        told.quote().ifPresent(quote -> parameters.append(", quote = ").append(text(quote)));
        told.header().ifPresent(header -> parameters.append(", header = ").append(header));
        if (skip > 0) {
            parameters.append(", skip = ").append(skip);
        }

        List<@Nullable Object> dialect = sniffed(lines.files() + ", " + parameters);
        String delimiter = told.delimiter().map(FileSource::unescaped).orElse(detected(dialect.get(0), ","));
        // Nothing in the first lines that needed a quote is no promise for the rest.
        String quote = told.quote().orElse(detected(dialect.get(1), "\""));
        boolean header =
                told.header().orElseGet(() -> isHeader(head, lines.encoding(), delimiter, quote, dialect.get(2)));
        option(
                "delimiter",
                delimiter.equals("\t") ? "\\t" : delimiter,
                told.delimiter().isPresent());
        option("quote", quote, told.quote().isPresent());
        option("encoding", lines.shown(), told.encoding().isPresent());
        option("header", String.valueOf(header), told.header().isPresent());
        if (skip > 0) {
            option("lines above", String.valueOf(skip), told.skip().isPresent());
        }

        String how = ", all_varchar = true, store_rejects = true, rejects_limit = 0, nullstr = '', null_padding = false"
                + ", sample_size = 20480, allow_quoted_nulls = false"
                + ", encoding = " + text(lines.encoding())
                + ", delim = " + text(delimiter) + ", quote = " + text(quote) + ", escape = " + text(quote)
                + ", header = " + header + (skip > 0 ? ", skip = " + skip : "") + lines.compression()
                + (lines.isDetected() ? "" : columns(head, delimiter, quote, header));
        try {
            table(lines.files() + how + ", strict_mode = true");
        } catch (PolderException strict) {
            // Of lines that end now in one way and now in another the engine makes nothing when it is strict.
            table(lines.files() + how + ", strict_mode = false");
        }
        LineMender mender = lines.mender();
        List<Profile.Unreadable> examples = new ArrayList<>(mender == null ? List.of() : mender.examples());
        bench.read(
                "SELECT line, column_idx, error_message, csv_line FROM reject_errors ORDER BY line, column_idx LIMIT "
                        + EXAMPLES,
                row -> examples.add(new Profile.Unreadable(
                        mender == null ? row.getLong(1) : mender.line(row.getLong(1)),
                        row.getLong(2),
                        wrong(row.getString(3)),
                        shortened(row.getString(4)))));
        examples.sort(Comparator.comparingLong(Profile.Unreadable::line));
        long unreadable = bench.number("SELECT count(DISTINCT (file_id, line)) FROM reject_errors");
        return new Profile.Source(
                delimiter.equals("\t") ? "tsv" : "csv",
                options,
                unreadable + (mender == null ? 0 : mender.unreadable()),
                examples.subList(0, Math.min(EXAMPLES, examples.size())));
    }

    private void table(String how) {
        bench.run("DROP TABLE IF EXISTS reject_errors");
        bench.run("DROP TABLE IF EXISTS reject_scans");
        bench.run("CREATE OR REPLACE TABLE raw AS SELECT * FROM read_csv(" + how + ")");
    }

    /** The columns by the first line alone. */
    private static String columns(byte[] head, String delimiter, String quote, boolean header) {
        List<String> names = split(head, "utf-8", delimiter, 0);
        Set<String> taken = new HashSet<>();
        List<String> columns = new ArrayList<>();
        for (int at = 0; at < names.size(); at++) {
            String name = header ? names.get(at).replace(quote, "").strip() : "column" + at;
            String free = name.isEmpty() || !taken.add(name.toLowerCase(Locale.ROOT)) ? name + "_" + at : name;
            columns.add(SuggestedRules.quoted(free) + ": 'VARCHAR'");
        }
        return ", auto_detect = false, columns = {" + String.join(", ", columns) + "}";
    }

    private static List<String> split(byte[] head, String encoding, String delimiter, int at) {
        String text = new String(head, encoding.equals("utf-8") ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        String line = text.lines().skip(at).findFirst().orElse("");
        return List.of(line.split(Pattern.quote(delimiter), -1));
    }

    private List<@Nullable Object> sniffed(String parameters) {
        try {
            return bench.row("SELECT Delimiter, Quote, HasHeader FROM sniff_csv(" + parameters
                    + ", ignore_errors = true, strict_mode = false)");
        } catch (PolderException unknown) {
            // One column, or hardly anything: the usual dialect then says what is wrong, if anything is.
            return Arrays.asList(null, null, null);
        }
    }

    private static String detected(@Nullable Object found, String usual) {
        String text = found == null ? "" : String.valueOf(found);
        return text.isEmpty() || text.equals("(empty)") || text.equals("\0") ? usual : text;
    }

    /**
     * Whether the first line names the columns: none is a number or there twice, and none is missing, or one is and the
     * line below shows that the others are names. Where all columns are text the engine cannot tell.
     */
    private static boolean isHeader(
            byte[] head, String encoding, String delimiter, String quote, @Nullable Object detected) {
        List<String> names = split(head, encoding, delimiter, quote, 0);
        boolean areNames = names.stream().allMatch(name -> !name.isEmpty() && !isNumber(name));
        boolean areDifferent = names.stream().distinct().count() == names.size();
        return areNames && (areDifferent || Boolean.TRUE.equals(detected))
                || areDifferent && areNamesOverNumbers(names, split(head, encoding, delimiter, quote, 1));
    }

    /** Whether one name alone is missing, as of the column of numbers that data frames begin with, and another stands over a number. */
    private static boolean areNamesOverNumbers(List<String> names, List<String> below) {
        return names.size() == below.size()
                && names.stream().noneMatch(FileSource::isNumber)
                && IntStream.range(0, names.size())
                        .anyMatch(at -> !names.get(at).isEmpty() && isNumber(below.get(at)));
    }

    private static boolean isNumber(String text) {
        return text.matches("[-+]?[\\d.,:/ -]+");
    }

    private static List<String> split(byte[] head, String encoding, String delimiter, String quote, int line) {
        return split(head, encoding, delimiter, line).stream()
                .map(name -> name.replace(quote, "").strip())
                .toList();
    }

    private static String encoding(byte[] head) {
        if (head.length >= 2
                && ((head[0] == (byte) 0xff && head[1] == (byte) 0xfe)
                        || (head[0] == (byte) 0xfe && head[1] == (byte) 0xff))) {
            return "utf-16";
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer into = CharBuffer.allocate(head.length + 1);
        CoderResult result = decoder.decode(ByteBuffer.wrap(head), into, head.length < HEAD_BYTES);
        return result.isError() ? "latin-1" : "utf-8";
    }

    private Profile.Source json() {
        try {
            bench.run("CREATE TABLE raw AS SELECT * FROM read_json_auto(" + text(files) + compression() + JSON_OPTIONS);
        } catch (PolderException broken) {
            return lines(broken);
        }
        return new Profile.Source("json", List.of(), 0, List.of());
    }

    private static final String JSON_OPTIONS =
            ", sample_size = -1, maximum_object_size = 67108864, convert_strings_to_integers = false)";

    /** Reads a file of one object a line. */
    static void lines(Workbench bench, Path file) {
        bench.run("CREATE TABLE raw AS SELECT * FROM read_json_auto(" + text(file.toString())
                + ", format = 'newline_delimited'" + JSON_OPTIONS);
    }

    /**
     * Line by line, without those that are no object. The engine ends at the first of them.
     *
     * @param broken what it had to say, which is thrown when the file is not one of lines
     */
    private Profile.Source lines(PolderException broken) {
        ObjectMapper mapper = new ObjectMapper();
        List<Profile.Unreadable> examples = new ArrayList<>();
        long taken = 0;
        long unreadable = 0;
        Path kept = bench.folder().resolve("lines.ndjson");
        try (BufferedWriter out = Files.newBufferedWriter(kept)) {
            for (Path file : paths()) {
                try (LineNumberReader in =
                        new LineNumberReader(new InputStreamReader(plain(file), StandardCharsets.UTF_8))) {
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        String wrong = line.isBlank() ? "" : wrong(mapper, line);
                        if (wrong == null) {
                            out.write(line);
                            out.newLine();
                            taken++;
                        } else if (!wrong.isEmpty()) {
                            unreadable++;
                            if (examples.size() < EXAMPLES) {
                                examples.add(new Profile.Unreadable(in.getLineNumber(), 0, wrong, shortened(line)));
                            }
                        }
                    }
                }
            }
        } catch (IOException failure) {
            throw broken(kept, failure);
        }
        if (taken < unreadable || taken == 0) {
            throw broken;
        }
        lines(bench, kept);
        return new Profile.Source("json", List.of(), unreadable, examples);
    }

    private static @Nullable String wrong(ObjectMapper mapper, String line) {
        try {
            return mapper.readTree(line).isObject() ? null : "not an object";
        } catch (JsonProcessingException broken) {
            return broken.getOriginalMessage() + ", character "
                    + broken.getLocation().getColumnNr();
        }
    }

    private void option(String name, String value, boolean isTold) {
        options.add(new Profile.Option(name, value, !isTold));
    }

    private static String wrong(@Nullable String message) {
        String told = EngineMessage.of(String.valueOf(message)).wrong();
        return told.isEmpty() ? String.valueOf(message) : told;
    }

    private static String shortened(@Nullable String text) {
        String whole = text == null ? "" : text;
        return whole.length() > 200 ? whole.substring(0, 200) + "…" : whole;
    }

    private static String unescaped(String delimiter) {
        return delimiter.equals("\\t") ? "\t" : delimiter;
    }

    private static PolderException wrong(String place, String value, String wrong, String fix) {
        return new PolderException(ErrorCode.INVALID_REQUEST, List.of(new Problem(place, value, wrong, fix)));
    }

    /** A text as SQL writes it. */
    static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }
}
