package io.polder.predict;

import java.util.HashSet;
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
    private static final double KNOWN = 0.95;

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

    /** What a baseline stands in for, where that is much; it is in the model's scores, too. */
    private String unknown(ModelFile champion) {
        if (latest == null) {
            return "";
        }
        int all = latest.points().size();
        long known = champion.provenance().points().stream()
                .filter(new HashSet<>(latest.points())::contains)
                .count();
        return known >= KNOWN * all
                ? ""
                : " It knows " + known + " of " + all + " points; for the others a baseline stands in, in its"
                        + " scores too, until it is trained again.";
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
                    + unknown(champion)
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
