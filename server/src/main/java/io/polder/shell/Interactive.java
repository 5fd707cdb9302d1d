package io.polder.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Statements;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The shell in a terminal: history, completion, statements of several lines, and Ctrl-C that ends a query and not the
 * shell. For one thread.
 */
public final class Interactive {
    private static final long WORDS_ARE_GOOD_FOR_SECONDS = 30;
    private static final int MOST_PROPOSALS = 60;

    private final Shell shell;
    private final Terminal terminal;
    private final PrintWriter out;
    private Words words = Words.NONE;
    private long wordsRead;

    private Interactive(URI address, Shell.Settings settings, Terminal terminal) {
        this.terminal = terminal;
        out = terminal.writer();
        shell = new Shell(new MartClient(address), out, out, true, terminal::getWidth, true, settings);
    }

    /**
     * Talks with the person at the terminal until it ends.
     *
     * @param history where the lines of before are
     */
    public static void run(URI address, Shell.Settings settings, Path history) {
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .encoding(StandardCharsets.UTF_8)
                .build()) {
            new Interactive(address, settings, terminal).talk(history);
        } catch (IOException broken) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "The terminal cannot be used (" + broken + "). Fix: give the SQL with -e or -f",
                    broken);
        }
    }

    private void talk(Path history) {
        JsonNode mart = shell.client().get("api/mart");
        String name = mart.path("name").asText();
        out.println("Mart " + name + " at " + shell.client().address()
                + (mart.path("simulated").asBoolean() ? ", SIMULATED data" : "") + ". \\? for help, \\q to leave.");
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("polder")
                .parser(new Line())
                .completer((line, typed, candidates) -> complete(typed, candidates))
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, " ".repeat(name.length()) + "> ")
                .variable(LineReader.LIST_MAX, MOST_PROPOSALS)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.CASE_INSENSITIVE, true)
                .build();
        terminal.handle(Terminal.Signal.INT, signal -> shell.interrupt());
        while (true) {
            String line;
            try {
                line = reader.readLine(name + "> ");
            } catch (UserInterruptException emptied) {
                continue;
            } catch (EndOfFileException end) {
                return;
            }
            if (Line.isCommand(line) && line.strip().matches("\\\\q(uit)?;?")) {
                return;
            }
            run(line);
        }
    }

    private void run(String line) {
        try {
            shell.run(line);
        } catch (PolderException told) {
            // The line with a mark under the word stays as it is, so that the mark is below the word.
            boolean isPlain = terminal.getType().startsWith(Terminal.TYPE_DUMB);
            out.println(isPlain ? told.getMessage() : red(String.valueOf(told.getMessage())));
            out.flush();
        }
    }

    private static String red(String text) {
        return "\u001B[31m" + text + "\u001B[0m";
    }

    // ---- completion

    private void complete(ParsedLine typed, List<Candidate> candidates) {
        String line = typed.line();
        String before = line.substring(0, typed.cursor() - typed.wordCursor());
        if (Line.isCommand(line)) {
            command(before, candidates);
            return;
        }
        // Only the statement that the cursor is in.
        String begun = Statements.of(before).rest();
        String statement = begun + line.substring(before.length());
        for (Words.Proposal proposal : words().proposals(statement, begun, typed.word())) {
            boolean isCall = proposal.word().endsWith("(");
            candidates.add(candidate(proposal.word(), proposal.is(), !isCall));
        }
    }

    private void command(String before, List<Candidate> candidates) {
        switch (before.strip()) {
            case "" ->
                Shell.COMMANDS.forEach(each -> candidates.add(candidate(
                        each.substring(0, each.indexOf(' ')),
                        each.substring(each.indexOf("  ")).strip(),
                        true)));
            case "\\d" -> words().tables().keySet().forEach(table -> candidates.add(candidate(table, "table", true)));
            case "\\f" -> {
                for (Format format : Format.values()) {
                    candidates.add(candidate(format.name().toLowerCase(Locale.ROOT), "format", true));
                }
            }
            case "\\dialect" ->
                List.of("impala", "engine").forEach(each -> candidates.add(candidate(each, "dialect", true)));
            default -> {}
        }
    }

    private static Candidate candidate(String word, String is, boolean isWhole) {
        return new Candidate(word, word, null, is, null, null, isWhole);
    }

    private Words words() {
        boolean isOld = System.nanoTime() - wordsRead > TimeUnit.SECONDS.toNanos(WORDS_ARE_GOOD_FOR_SECONDS);
        if (isOld || words.tables().isEmpty()) {
            Words fresh = Words.of(shell.client());
            words = fresh.tables().isEmpty() ? words : fresh;
            wordsRead = System.nanoTime();
        }
        return words;
    }
}
