package io.polder.predict;

import org.jspecify.annotations.Nullable;

/**
 * How a model is doing, in a word and as a sentence.
 *
 * @param trouble why it cannot go on; empty when it can
 * @param missing what it goes on without, as a sentence; empty when it has all
 * @param latest what was said last; null before the first time
 */
record Standing(
        String trouble,
        String missing,
        ModelTrainer trainer,
        Champions champions,
        @Nullable Origin latest) {
    /** waiting, training, serving, behind or failed. */
    String state() {
        if (!trouble.isEmpty()) {
            return "failed";
        }
        if (champions.champion() != null) {
            return champions.isBehind() ? "behind" : "serving";
        }
        if (!Double.isNaN(trainer.progress())) {
            return "training";
        }
        return champions.state().failure() == null ? "waiting" : "failed";
    }

    /** The same as a sentence. */
    String says() {
        return missing.isEmpty() ? saysItself() : saysItself() + " " + missing;
    }

    private String saysItself() {
        if (!trouble.isEmpty()) {
            return "It cannot go on: " + trouble;
        }
        String baseline = latest == null ? "" : " Meanwhile " + latest.forecaster() + " serves.";
        String failure = champions.state().failure();
        ModelFile champion = champions.champion();
        if (champion != null) {
            return "The model (" + champion.forecaster().name() + ") trained up to "
                    + champion.provenance().trainedTo()
                    + (champions.isBehind()
                            ? " has fallen behind a baseline, which serves until it is better."
                            : " serves.")
                    + (champions.verdict().isEmpty() ? "" : " " + champions.verdict())
                    + (failure == null ? "" : " The last training failed: " + failure + ".");
        }
        if (!Double.isNaN(trainer.progress())) {
            return "It is being trained for the first time." + baseline;
        }
        if (failure != null) {
            return "The training failed: " + failure + "." + baseline;
        }
        if (champions.challenger() != null) {
            return "What was trained did not beat the baselines on its history, and is tried beside them." + baseline;
        }
        return trainer.waitsFor() + baseline;
    }
}
