package io.polder.app;

import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
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
        Mart mart = MartReader.read(folder, settings.list(), System.getenv());
        List<Problem> problems = Agents.check(mart);
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_DEFINITION, problems);
        }
        String agents = mart.agents().isEmpty() ? "" : ", " + mart.agents().size() + " agents";
        spec.commandLine()
                .getOut()
                .println(mart.name() + ": " + mart.feeds().size() + " feeds, "
                        + mart.tables().size() + " tables, " + mart.views().size() + " views, "
                        + mart.maps().size() + " maps" + agents + "; nothing is wrong.");
        spec.commandLine().getOut().flush();
    }
}
