package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line: says what there is, runs a command, and tells its failure in sentences and an exit code. */
@Command(
        name = "./polder",
        description = "From feeds to a real-time data mart, in one program.",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            InitCommand.class,
            CheckCommand.class,
            PreviewCommand.class,
            UpCommand.class,
            AgentCommand.class,
            StatusCommand.class,
            StopCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            RebuildCommand.class,
            RejectedCommand.class,
            SqlCommand.class,
            ProfileCommand.class,
            ValidateCommand.class,
            CompareCommand.class,
            TrainCommand.class,
            PredictCommand.class,
            EvaluateCommand.class,
            ExportCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            SimulateCommand.class,
            BenchCommand.class,
            HelpCommand.class
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExit codes:%n",
        footer = {"  0 done, 1 it failed, 2 it was used wrongly"})
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line with all commands, for one execution. */
    static CommandLine commandLine() {
        CommandLine polder = new CommandLine(new Main());
        polder.getCommandSpec()
                .addOption(flag("-V", "--version", "Says which version this is.")
                        .versionHelp(true)
                        .build());
        polder.getCommandSpec().addOption(helpOption());
        polder.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> command.findOption("--help") == null)
                .forEach(command -> command.addOption(helpOption()));
        return polder.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(Main::usedWrongly)
                .setExecutionExceptionHandler(Main::failed);
    }

    private static OptionSpec helpOption() {
        return flag("-h", "--help", "Says what this does.").usageHelp(true).build();
    }

    private static OptionSpec.Builder flag(String letter, String name, String description) {
        return OptionSpec.builder(letter, name).description(description);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int usedWrongly(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("polder: " + problem.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(problem, err);
        String name = command.getParent() == null ? "" : " " + command.getCommandName();
        err.println("See './polder help" + name + "'.");
        err.flush();
        return ErrorCode.INVALID_REQUEST.exitCode();
    }

    private static int failed(Exception failure, CommandLine command, ParseResult result) {
        PrintWriter err = command.getErr();
        if (failure instanceof PolderException told) {
            // What follows stays below what it belongs to: a mark below its place, a problem below the first.
            err.println("polder: " + String.valueOf(told.getMessage()).replace("\n", "\n        "));
            err.flush();
            return told.code().exitCode();
        }
        LoggerFactory.getLogger(Main.class).error("The command failed in a way that nobody foresaw.", failure);
        err.println("polder: " + failure + ". This is a bug; Fix: see the log, and report it with what you did.");
        err.flush();
        return ErrorCode.INTERNAL.exitCode();
    }
}
