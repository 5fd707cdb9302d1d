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
    void theReferenceOfCommandsIsWhatTheCommandsSayOfThemselves() throws IOException {
        CommandLine polder = Main.commandLine();
        StringBuilder page = new StringBuilder(
                "# Commands\n\nGenerated from what the commands say of themselves:" + " `./polder help COMMAND`.\n\n");
        page.append("```text\n").append(polder.getUsageMessage(Ansi.OFF)).append("```\n");
        for (CommandLine command : polder.getSubcommands().values()) {
            if (!command.getCommandName().equals("help")) {
                String help = command.getUsageMessage(Ansi.OFF);
                assertThat(help).contains("Examples:").contains("./polder " + command.getCommandName());
                page.append("\n## ")
                        .append(command.getCommandName())
                        .append("\n\n```text\n")
                        .append(help)
                        .append("```\n");
            }
        }

        assertGolden(Path.of("..", "docs", "commands.md"), page.toString());
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
