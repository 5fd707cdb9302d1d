package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoresTest {
    @Test
    void errorsAreThoseOfTheFormulas() {
        Scores scores = new Scores("one", 2, new double[] {10}, 2);
        scores.add(0, 0, 8, 12, 10, 14, 10, 2);
        scores.add(1, 0, 9, 3, 4, 6, 5, 2);
        scores.add(0, 1, 8, 20, Float.NaN, Float.NaN, 16, 4);
        scores.add(1, 1, 9, 1, 0, 2, Float.NaN, 4);

        Accuracy first = scores.at(1);
        assertThat(first.count()).isEqualTo(2);
        assertThat(first.mae()).isEqualTo(2);
        assertThat(first.rmse()).isEqualTo(2);
        assertThat(first.bias()).isZero();
        assertThat(first.mape()).isCloseTo((2 / 10.0 + 2 / 5.0) / 2, within(1e-12));
        assertThat(first.smape()).isCloseTo((2 * 2 / 22.0 + 2 * 2 / 8.0) / 2, within(1e-12));
        assertThat(first.mase()).isEqualTo(1);
        assertThat(first.coverage()).isEqualTo(1);
        assertThat(first.width()).isEqualTo(3);

        Accuracy all = scores.upTo(2);
        assertThat(all.count()).as("without what was not observed").isEqualTo(3);
        assertThat(all.rmse()).isCloseTo(Math.sqrt((4 + 4 + 16) / 3.0), within(1e-12));
        assertThat(scores.band(0).count()).isEqualTo(1);
        assertThat(scores.band(1).count()).isEqualTo(2);
        assertThat(scores.hour(8).mae()).isEqualTo(3);
    }

    /** Of forecasts that are equally good it says "better" as often as it promises, also when errors linger. */
    @Test
    void luckIsRarelyTakenForSkill() {
        int wrong = 0;
        int trials = 400;
        for (int trial = 0; trial < trials; trial++) {
            double[][] losses = new double[2][400];
            Random random = new Random(trial);
            for (double[] ofOne : losses) {
                double lasting = 0;
                for (int at = 0; at < ofOne.length; at++) {
                    lasting = 0.5 * lasting + random.nextGaussian();
                    ofOne[at] = lasting * lasting;
                }
            }
            wrong += DieboldMariano.of(losses[0], losses[1], 3).chance() < 0.05 ? 1 : 0;
        }
        assertThat((double) wrong / trials).isBetween(0.02, 0.10);
    }

    @Test
    void skillIsSeen() {
        Random random = new Random(1);
        double[] good = IntStream.range(0, 400)
                .mapToDouble(at -> Math.abs(random.nextGaussian()))
                .toArray();
        double[] poor = IntStream.range(0, 400)
                .mapToDouble(at -> Math.abs(1.5 * random.nextGaussian()))
                .toArray();

        DieboldMariano compared = DieboldMariano.of(good, poor, 3);

        assertThat(compared.difference()).isNegative();
        assertThat(compared.chance()).isLessThan(0.001);
        assertThat(DieboldMariano.of(good, good, 3).chance()).as("of the same").isNaN();
    }
}
