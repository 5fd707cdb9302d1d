package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.shell.Format;
import io.polder.shell.Interactive;
import io.polder.shell.Shell;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** SQL in a terminal, or from a script, to a mart that runs. */
@Command(
        name = "sql",
        description = {
            "Asks a running mart in SQL: in a terminal a shell, else what stands in -e, -f or standard input.",
            "In the shell a statement goes on until its semicolon, Tab completes, Ctrl-C cancels the query that runs,"
                    + " and \\? tells the commands that there are besides SQL. In a script statements are separated by"
                    + " semicolons; the first that fails ends it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder sql                   the shell, to the mart of this folder",
            "  ./polder sql http://127.0.0.1:8080",
            "  ./polder sql -e \"SELECT count(*) FROM traffic\"",
            "  ./polder sql --format csv -e \"SELECT * FROM traffic WHERE uid = 29 ORDER BY time\" > 29.csv",
            "  ./polder sql examples/flanders --format parquet -o traffic.parquet -e \"SELECT * FROM traffic\"",
            "  ./polder sql --home DIR -f report.sql",
            "",
            "Exit code 0 when all was answered, 2 when a statement is wrong, 1 when it failed for another reason."
        })
final class SqlCommand implements Runnable {
    /** Whether a person types and looks: told by the launcher, since Java cannot tell on all versions. */
    private static final String INTERACTIVE = "polder.interactive";

    /** Where the SQL is. */
    static final class Text {
        @Option(
                names = {"-e", "--execute"},
                paramLabel = "SQL",
                description = "The statements.")
        private @Nullable String sql;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "A file with the statements, in UTF-8.")
        private @Nullable Path file;
    }

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR|URL",
            defaultValue = "",
            description = "The mart's folder, or the address of its screen. Default: this folder.")
    private String where;

    @ArgGroup(exclusive = true)
    private @Nullable Text text;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, csv, tsv, json (an array with one object for each row), ndjson, arrow or parquet."
                    + " Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where the rows go. Default: standard output.")
    private @Nullable Path output;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "How many rows at most. Default: all; a table as many as the mart gives.")
    private @Nullable Integer limit;

    /** Whose SQL it is. */
    enum Dialect {
        IMPALA,
        ENGINE
    }

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            defaultValue = "impala",
            description = "Whose SQL it is: impala or engine. Default: ${DEFAULT-VALUE}.")
    private Dialect dialect;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Shell.Settings settings = new Shell.Settings(
                format, limit == null ? 0 : limit, output, dialect.name().toLowerCase(Locale.ROOT));
        URI address = Client.address(where, home);
        boolean isSpoken = text != null;
        if (!isSpoken && Boolean.getBoolean(INTERACTIVE)) {
            Interactive.run(address, settings, Path.of(System.getProperty("user.home"), ".polder_history"));
            return;
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        boolean isTerminal = Boolean.getBoolean(INTERACTIVE);
        new Shell(address, out, err, isTerminal, settings).run(script());
    }

    private String script() {
        if (text != null && text.sql != null) {
            return text.sql;
        }
        if (text != null && text.file != null) {
            return Shell.read(text.file);
        }
        try {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Standard input cannot be read (" + failure + "). Fix: use -e or -f",
                    failure);
        }
    }
}
