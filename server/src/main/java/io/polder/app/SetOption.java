package io.polder.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --set}: values in place of those that the files say. */
final class SetOption {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A value in place of what polder.yaml or platform.yaml says, for example web.port=0; repeatable.")
    private List<String> settings = new ArrayList<>();

    /** As they were written, {@code key=value}. */
    List<String> list() {
        return List.copyOf(settings);
    }
}
