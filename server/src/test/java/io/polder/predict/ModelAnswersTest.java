package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ModelAnswersTest {
    @Test
    void whatIsNotANumberIsNullAndAPointThatIsCalledSoIsItself() {
        String json = ModelAnswers.json(new ModelAnswers.Latest(
                "NaN",
                null,
                "Infinity",
                0.9,
                15,
                new long[] {15},
                List.of("NaN", "-Infinity"),
                new float[] {Float.NaN, 2},
                new float[][] {{Float.POSITIVE_INFINITY, 1.5f}},
                new float[][] {{0, Float.NaN}},
                new float[][] {{0, 1}},
                false));

        assertThat(json)
                .contains("\"model\":\"NaN\"")
                .contains("\"forecaster\":\"Infinity\"")
                .contains("\"points\":[\"NaN\",\"-Infinity\"]")
                .contains("\"latest\":[null,2.0]")
                .contains("\"values\":[[null,1.5]]")
                .contains("\"lows\":[[0.0,null]]");
        assertThat(ModelAnswers.json(new double[] {Double.NaN, 1})).isEqualTo("[null,1.0]");
        assertThat(ModelAnswers.json(new ModelAnswers.Feature("NaN", Double.NaN, null)))
                .isEqualTo("{\"what\":\"NaN\",\"weight\":null,\"error\":null}");
    }
}
