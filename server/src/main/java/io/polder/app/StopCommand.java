package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops a running mart as Ctrl-C would. */
@Command(
        name = "stop",
        description = "Stops the running mart as Ctrl-C does, and waits until it has ended.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder stop                  the mart of this folder",
            "  ./polder stop --home DIR       the mart whose state is in DIR"
        })
final class StopCommand implements Runnable {
    private static final int PATIENCE_SECONDS = 40;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Path directory = home.here().toAbsolutePath().normalize();
        Running running = Client.of(directory).running();
        Optional<ProcessHandle> process = ProcessHandle.of(running.pid());
        // A number can belong to another process by now; only the one that holds the home is ours to end.
        if (process.isPresent() && Home.isHeld(directory)) {
            process.get().destroy();
            await(process.get());
        }
        spec.commandLine().getOut().println("Stopped " + running.mart() + ".");
        spec.commandLine().getOut().flush();
    }

    private static void await(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException late) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "process " + process.pid() + ": it has not ended " + PATIENCE_SECONDS
                            + " seconds after it was asked"
                            + " to. Fix: look at the log in its home, or end it with 'kill -9 " + process.pid()
                            + "', which loses only what is in memory channels of agents",
                    late);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
