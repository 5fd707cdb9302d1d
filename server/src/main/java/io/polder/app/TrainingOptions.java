package io.polder.app;

import io.polder.predict.TreesForecaster;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a model is trained. */
final class TrainingOptions {
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Default: one for each core.")
    private @Nullable Integer threads;

    long seed() {
        return seed;
    }

    /** @param horizons how many steps ahead the model looks */
    TreesForecaster.Settings settings(int horizons) {
        return TreesForecaster.Settings.usual(
                horizons, seed, threads == null ? Runtime.getRuntime().availableProcessors() : Math.max(1, threads));
    }
}
