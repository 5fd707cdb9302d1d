package io.polder.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Statements;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a mart statement by statement and writes what it answers. For one thread, but for {@link #interrupt}.
 *
 * <p>Rows go to {@code out}, or to the file that {@code \o} names; what is said about them goes to {@code err}.
 */
public final class Shell {
    /** What a person looks at; more is for files. */
    private static final long ROWS_FOR_A_PERSON = 1_000;

    private static final int BUFFER = 1 << 14;
    private static final List<String> DIALECTS = List.of("impala", "engine");

    /**
     * How a shell begins.
     *
     * @param limit rows at most; 0 for as many as the mart gives
     * @param output where rows go; null for {@code out}
     * @param dialect whose SQL it is: impala or engine
     */
    public record Settings(
            Format format, long limit, @Nullable Path output, String dialect) {}

    private final MartClient client;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Waiting waiting;
    private final IntSupplier width;
    private final boolean isForAPerson;

    private Format format;
    private long limit;
    private @Nullable Path output;
    private String dialect;
    private boolean isOutputBegun;
    private boolean isExpanded;
    private boolean isTimed = true;
    private ObjectNode options = MartClient.JSON.createObjectNode();

    /**
     * A shell for scripts: each answer in full.
     *
     * @param address of the mart's screen
     * @param isTerminal whether a person looks at {@code err}, who wants to know how far it is
     */
    public Shell(URI address, PrintWriter out, PrintWriter err, boolean isTerminal, Settings settings) {
        this(new MartClient(address), out, err, isTerminal, () -> 0, false, settings);
    }

    /** @param width of the terminal in characters; 0 where there is none */
    Shell(
            MartClient client,
            PrintWriter out,
            PrintWriter err,
            boolean isTerminal,
            IntSupplier width,
            boolean isForAPerson,
            Settings settings) {
        this.client = client;
        this.out = out;
        this.err = err;
        this.width = width;
        this.isForAPerson = isForAPerson;
        waiting = new Waiting(client, err, isTerminal);
        format = settings.format();
        limit = settings.limit();
        output = settings.output();
        dialect = settings.dialect();
    }

    MartClient client() {
        return client;
    }

    /** What is under way is to end, and only that. Any thread. */
    void interrupt() {
        waiting.interrupt();
    }

    /**
     * Runs statements, each ended by a semicolon but for the last, and commands, each on a line of its own; ends with the
     * first that fails.
     *
     * @throws PolderException with the code that tells what failed
     */
    public void run(String script) {
        StringBuilder statements = new StringBuilder();
        for (String line : script.split("\n", -1)) {
            boolean isBetween = Statements.of(statements.toString()).isRestBlank();
            if (isBetween && Line.isCommand(line)) {
                statements(statements.toString());
                statements.setLength(0);
                command(line.strip());
            } else {
                statements.append(line).append('\n');
            }
        }
        statements(statements.toString());
    }

    private void statements(String text) {
        Statements read = Statements.of(text);
        read.whole().forEach(this::ask);
        if (!read.isRestBlank()) {
            ask(read.rest().strip());
        }
    }

    // ---- statements

    private void ask(String sql) {
        if (format.isBinary() && output == null) {
            throw wrong("format = '" + name(format) + "': bytes that are not for a terminal. Fix: name a file first, "
                    + (isForAPerson ? "\\o FILE" : "--output FILE"));
        }
        String id = "shell-" + UUID.randomUUID();
        ObjectNode question = MartClient.JSON
                .createObjectNode()
                .put("sql", sql)
                .put("dialect", dialect)
                .put("id", id);
        long most = limit == 0 && isForAPerson && format == Format.TABLE ? ROWS_FOR_A_PERSON : limit;
        if (most > 0) {
            question.put("limit", most);
        }
        if (!options.isEmpty() && dialect.equals("impala")) {
            question.set("options", options);
        }
        waiting.begin(id);
        try {
            CompletableFuture<HttpResponse<InputStream>> asked = client.ask(question, format);
            waiting.await(asked);
            HttpResponse<InputStream> answer = client.joined(asked);
            String type = answer.headers().firstValue("Content-Type").orElse("");
            if (answer.statusCode() / 100 != 2) {
                throw client.problem(answer);
            }
            if (type.startsWith("application/json")) {
                JsonNode document = client.json(answer);
                waiting.end();
                show(document);
            } else {
                stream(answer);
            }
        } finally {
            waiting.end();
            out.flush();
            err.flush();
        }
    }

    private void show(JsonNode answer) {
        if (answer.has("options")) {
            options = (ObjectNode) answer.path("options");
            say("Done.");
        } else if (answer.has("written")) {
            say(count(answer.path("written").asLong(), "row") + " written.");
        } else {
            if (output == null) {
                table(answer, out, width.getAsInt());
            } else {
                try (PrintWriter file = new PrintWriter(new OutputStreamWriter(file(), StandardCharsets.UTF_8))) {
                    table(answer, file, 0);
                    if (file.checkError()) {
                        throw unwritable(new IOException("the disk may be full"));
                    }
                }
            }
            say(summary(answer));
        }
    }

    private void table(JsonNode answer, PrintWriter target, int most) {
        TableView view = new TableView(answer, most > 0);
        if (isExpanded || most > 0 && !view.fits(most)) {
            view.printExpanded(target);
        } else {
            view.printTo(target, most);
        }
        target.flush();
    }

    private String summary(JsonNode answer) {
        boolean isCut = answer.path("truncated").asBoolean();
        return (isCut ? "The first " : "")
                + count(answer.path("rows").size(), "row")
                + (isTimed ? ", " + answer.path("milliseconds").asLong() + " ms" : "")
                + (answer.path("simulated").asBoolean() ? ", from simulated data" : "") + "."
                + (isCut && isForAPerson ? " There are more: see \\limit, or take them all with \\f csv." : "");
    }

    private void stream(HttpResponse<InputStream> answer) {
        try (InputStream body = answer.body()) {
            if (output == null) {
                text(body);
                return;
            }
            try (OutputStream file = file()) {
                if (format == Format.JSON) {
                    PrintWriter writer = new PrintWriter(new OutputStreamWriter(file, StandardCharsets.UTF_8));
                    array(body, writer);
                    if (writer.checkError()) {
                        throw unwritable(new IOException("the disk may be full"));
                    }
                    return;
                }
                bytes(body, file);
            }
        } catch (IOException broken) {
            throw waiting.isInterrupted()
                    ? new PolderException(ErrorCode.CONFLICT, "The query was cancelled; what came before is not whole.")
                    : new PolderException(
                            ErrorCode.UNAVAILABLE,
                            "The answer broke off, so what came is not whole: the query failed, took too long or was"
                                    + " cancelled. Fix: ask for a table, which tells why, or ask again",
                            broken);
        }
    }

    private void bytes(InputStream body, OutputStream file) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long written = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            try {
                file.write(buffer, 0, read);
            } catch (IOException failure) {
                throw unwritable(failure);
            }
            written += read;
            waiting.received(written);
        }
        waiting.wipe();
        say(written + " bytes in " + output + ".");
    }

    private void text(InputStream body) throws IOException {
        if (format == Format.JSON) {
            array(body, out);
            return;
        }
        InputStreamReader reader = new InputStreamReader(body, StandardCharsets.UTF_8);
        char[] buffer = new char[BUFFER];
        for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
            out.write(buffer, 0, read);
            if (isLeft(out)) {
                return;
            }
        }
    }

    private void array(InputStream lines, PrintWriter target) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(lines, StandardCharsets.UTF_8));
        String before = "[\n";
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            target.print(before + line);
            before = ",\n";
            if (isLeft(target)) {
                return;
            }
        }
        target.println(before.startsWith("[") ? "[]" : "\n]");
    }

    /** Whether nobody reads on, as behind {@code | head}, or whoever looks has seen enough. */
    private boolean isLeft(PrintWriter target) throws IOException {
        if (waiting.isInterrupted()) {
            throw new IOException("cancelled");
        }
        if (target.checkError()) {
            waiting.interrupt();
            return true;
        }
        return false;
    }

    private OutputStream file() {
        // A Parquet file has one table; of the others the next answer goes behind the one before.
        boolean isNew = !isOutputBegun || format == Format.PARQUET;
        isOutputBegun = true;
        try {
            return Files.newOutputStream(
                    java.util.Objects.requireNonNull(output),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    isNew ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    private PolderException unwritable(IOException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                output + ": it cannot be written (" + failure + "). Fix: see that its folder is there and has room",
                failure);
    }

    private void say(String sentence) {
        err.println(sentence);
        err.flush();
    }

    // ---- commands

    /** What the shell understands besides SQL. */
    static final List<String> COMMANDS = List.of(
            "\\d [TABLE]      tables and views, or the columns of one",
            "\\df [PATTERN]   functions: \\df date*",
            "\\l              databases",
            "\\f [FORMAT]     how rows are written: " + Format.names(),
            "\\x              each value on a line of its own, or not",
            "\\o [FILE]       rows go into a file, or back here",
            "\\limit [N]      how many rows at most; 0 for all, of which a table shows the first 1000",
            "\\timing         whether it is said how long it took",
            "\\dialect [NAME] whose SQL it is: impala or engine",
            "\\i FILE         runs a file",
            "\\?              this",
            "\\q              ends the shell, as Ctrl-D does");

    /** Does what a line says that begins with a backslash; {@code \q} is up to the caller. */
    void command(String line) {
        String[] parts = line.strip().split("\\s+", 2);
        String rest = parts.length > 1 ? parts[1].replaceAll("[\\s;]+$", "") : "";
        switch (parts[0]) {
            case "\\d", "\\dt" -> describe(rest);
            case "\\df" -> listing("SHOW FUNCTIONS" + (rest.isEmpty() ? "" : " LIKE '" + quoted(rest) + "'"));
            case "\\l" -> listing("SHOW DATABASES");
            case "\\f" -> format(rest);
            case "\\x" -> {
                isExpanded = !isExpanded;
                say(isExpanded ? "Each value is on a line of its own." : "Rows are lines.");
            }
            case "\\o" -> {
                output = rest.isEmpty() ? null : Path.of(rest);
                isOutputBegun = false;
                say(rest.isEmpty() ? "Rows come here." : "Rows go into " + rest + ".");
            }
            case "\\limit" -> {
                if (!rest.matches("\\d{0,9}")) {
                    throw wrong("limit = '" + rest + "': not a number of rows. Fix: write \\limit 1000");
                }
                limit = rest.isEmpty() ? limit : Long.parseLong(rest);
                say(
                        limit == 0
                                ? "All rows; tables show the first " + ROWS_FOR_A_PERSON + "."
                                : count(limit, "row") + " at most.");
            }
            case "\\timing" -> {
                isTimed = !isTimed;
                say(isTimed ? "Times are told." : "Times are not told.");
            }
            case "\\dialect" -> {
                if (!rest.isEmpty() && !DIALECTS.contains(rest)) {
                    throw wrong("dialect = '" + rest + "': not a dialect. Fix: write impala or engine");
                }
                dialect = rest.isEmpty() ? dialect : rest;
                say("SQL is " + (dialect.equals("impala") ? "Impala's." : "the engine's."));
            }
            case "\\i" -> run(read(Path.of(rest)));
            case "\\?", "\\h", "\\help" -> COMMANDS.forEach(err::println);
            default -> throw wrong(parts[0] + ": not a command. Fix: see \\? for those that there are");
        }
        err.flush();
    }

    /** The text of a file with statements. */
    public static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "'" + file + "': it cannot be read as UTF-8 (" + failure + "). Fix: see that it is there",
                    failure);
        }
    }

    private void format(String name) {
        if (!name.isEmpty()) {
            format = Format.named(name)
                    .orElseThrow(() ->
                            wrong("format = '" + name + "': no such format. Fix: write one of " + Format.names()));
        }
        say("Rows are written as " + name(format) + ".");
    }

    private static String name(Format format) {
        return format.name().toLowerCase(Locale.ROOT);
    }

    /** What there is is shown as a table here, whatever rows are written as and wherever they go. */
    private void describe(String table) {
        if (!table.isEmpty()) {
            listing("DESCRIBE " + table);
            return;
        }
        JsonNode words = client.get("api/sql/words");
        ObjectNode answer = MartClient.JSON.createObjectNode();
        var columns = answer.putArray("columns");
        for (String name : List.of("name", "kind", "key", "time")) {
            columns.addObject().put("name", name).put("type", "VARCHAR");
        }
        columns.addObject().put("name", "columns").put("type", "BIGINT");
        var rows = answer.putArray("rows");
        for (JsonNode each : words.path("tables")) {
            StringBuilder key = new StringBuilder();
            each.path("key")
                    .forEach(column -> key.append(key.isEmpty() ? "" : ", ").append(column.asText()));
            rows.addArray()
                    .add(each.path("name").asText())
                    .add(each.path("view").asBoolean() ? "view" : "table")
                    .add(key.toString())
                    .add(each.path("time").asText(""))
                    .add(each.path("columns").size());
        }
        new TableView(answer, false).printTo(out, width.getAsInt());
        out.flush();
    }

    private void listing(String sql) {
        ObjectNode question = MartClient.JSON.createObjectNode().put("sql", sql).put("dialect", "impala");
        JsonNode answer = client.json(client.joined(client.ask(question, Format.TABLE)));
        new TableView(answer, width.getAsInt() > 0).printTo(out, width.getAsInt());
        out.flush();
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'");
    }

    private static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    private static PolderException wrong(String sentence) {
        return new PolderException(ErrorCode.INVALID_REQUEST, sentence);
    }
}
