package io.polder.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --home}: where a mart's state is. */
final class HomeOption {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "The folder with the mart's state. Default: .polder in the mart's folder.")
    private @Nullable Path home;

    /** The home of the mart in {@code folder}. */
    Path of(Path folder) {
        return home == null ? folder.resolve(".polder") : home;
    }

    /** The home of the mart in the folder that the command is run in. */
    Path here() {
        return of(Path.of(""));
    }
}
