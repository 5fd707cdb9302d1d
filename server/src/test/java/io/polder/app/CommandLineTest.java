package io.polder.app;

import static io.polder.testkit.Golden.assertGolden;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everyCommandSaysWhatItDoesAndShowsExamples() throws IOException {
        CommandLine polder = Main.commandLine();
        assertGolden("help/polder.txt", polder.getUsageMessage(Ansi.OFF));
        for (CommandLine command : polder.getSubcommands().values()) {
            String name = command.getCommandName();
            if (!name.equals("help")) {
                String help = command.getUsageMessage(Ansi.OFF);
                assertThat(help).contains("Examples:").contains("./polder " + name);
                assertGolden("help/" + name + ".txt", help);
            }
        }
    }

    @Test
    void withoutACommandItShowsWhatThereIs() {
        assertThat(run()).isZero();
        assertThat(out.toString()).contains("Commands:").contains("status").contains("restore");
    }

    @Test
    void aMisspeltCommandIsWrongUseWithASuggestion() {
        assertThat(run("statsu")).isEqualTo(2);
        assertThat(err.toString()).contains("statsu").contains("Did you mean").contains("status");
    }

    @Test
    void aMissingArgumentIsWrongUseAndSaysWhereHelpIs() {
        assertThat(run("pause")).isEqualTo(2);
        assertThat(err.toString()).contains("FEED").contains("See './polder help pause'.");
    }

    @Test
    void whatNeedsARunningMartSaysSoWhenThereIsNone(@TempDir Path home) {
        assertThat(run("status", "--home", home.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no mart is running there. Fix: ");
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
