package io.polder.app;

import io.polder.config.Configuration;
import io.polder.config.Mart;
import io.polder.enrich.Definitions;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says everything that is wrong with a definition, without starting anything. */
@Command(
        name = "check",
        description = "Says everything that is wrong with a mart's definition, each with its place and its fix.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./polder check                 the mart in this folder", "  ./polder check examples/flanders"})
final class CheckCommand implements Runnable {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "",
            description = "The mart's folder. Default: this one.")
    private Path folder;

    @Mixin
    private SetOption settings;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Path home = HomeOption.in(folder);
        Mart mart = Configuration.read(folder, home, settings.list(), System.getenv())
                .mart();
        List<Problem> problems = Definitions.check(mart);
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_DEFINITION, problems);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(mart.name() + ": " + Grid.count(mart.feeds().size(), "feed") + ", "
                + Grid.count(mart.tables().size(), "table") + ", "
                + Grid.count(mart.views().size(), "view") + ", "
                + Grid.count(mart.maps().size(), "map") + "; nothing is wrong.");
        out.flush();
    }
}
