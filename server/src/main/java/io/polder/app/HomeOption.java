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
        return home == null ? in(folder) : home;
    }

    /** Where the state of the mart in {@code folder} is when nobody says otherwise. */
    static Path in(Path folder) {
        return folder.resolve(".polder");
    }

    /** The home of the mart in the folder that the command is run in. */
    Path here() {
        return of(Path.of(""));
    }
}
