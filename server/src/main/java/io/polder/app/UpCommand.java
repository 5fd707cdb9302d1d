package io.polder.app;

import io.polder.config.Configuration;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a mart until it is stopped. */
@Command(
        name = "up",
        description = {
            "Runs a mart until Ctrl-C.",
            "Says all problems of the definition before anything starts, then one line with the address when it is"
                    + " ready. HOME/polder.json holds the process and the real ports while it runs."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder up                    the mart in this folder",
            "  ./polder up examples/flanders  on the live feed",
            "  ./polder up mart --home /data/mart --set web.port=0 --no-browser"
        })
final class UpCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "",
            description = "The mart's folder. Default: this one.")
    private Path folder;

    @Mixin
    private HomeOption home;

    @Mixin
    private SetOption settings;

    @Option(names = "--no-browser", description = "Do not open the browser.")
    private boolean isBrowserUnwanted;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        InstantSource clock = InstantSource.system();
        Path directory = home.of(folder);
        Configuration configuration = Configuration.read(folder, directory, settings.list(), System.getenv());
        try (Home held = Home.open(directory, clock.instant())) {
            if (new SimulatedTime(held.directory()).isThere()) {
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "--home = '" + held.directory() + "': it holds simulated data, which is never mixed with real"
                                + " data. Fix: name another home");
            }
            return new Session(spec, held, !isBrowserUnwanted, clock).run(configuration, true, polder -> {});
        }
    }
}
