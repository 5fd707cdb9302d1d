package io.polder.predict;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a mart tells of its models, to pages and programs. Times are texts, UTC; numbers that are not known are NaN. */
public final class ModelAnswers {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelAnswers() {}

    /** As JSON; what is not a number is null. */
    public static String json(Object answer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new Numbers(JSON.createGenerator(text))) {
            JSON.writeValue(json, answer);
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing into memory", impossible);
        }
        return text.toString();
    }

    /** JSON has nothing else for a number that is not known. */
    private static final class Numbers extends JsonGeneratorDelegate {
        Numbers(JsonGenerator json) {
            super(json);
        }

        @Override
        public void writeNumber(double number) throws IOException {
            if (Double.isFinite(number)) {
                super.writeNumber(number);
            } else {
                writeNull();
            }
        }

        @Override
        public void writeNumber(float number) throws IOException {
            if (Float.isFinite(number)) {
                super.writeNumber(number);
            } else {
                writeNull();
            }
        }

        @Override
        public void writeArray(double[] numbers, int from, int count) throws IOException {
            writeStartArray();
            for (int at = from; at < from + count; at++) {
                writeNumber(numbers[at]);
            }
            writeEndArray();
        }
    }

    /** All models. */
    public record Models(List<Status> models) {}

    /**
     * How a model is doing.
     *
     * @param state waiting, training, serving, behind or failed
     * @param says the same as a sentence
     * @param progress of a training that runs, from 0 to 1
     * @param servedBy who says what is given away
     */
    public record Status(
            String name,
            String table,
            @Nullable String point,
            String target,
            @Nullable String unit,
            long stepMinutes,
            long horizonMinutes,
            String algorithm,
            double certainty,
            double retrainHours,
            String state,
            String says,
            int points,
            @Nullable Trained champion,
            @Nullable Trained challenger,
            @Nullable Double progress,
            @Nullable String servedBy,
            @Nullable String lastMadeAt,
            @Nullable String nextTraining,
            boolean simulated) {}

    /**
     * A model that was trained.
     *
     * @param version the end of what it was trained on
     * @param since when it began to serve, or to be tried
     * @param until when its trial ends; null for one that serves
     */
    public record Trained(
            String version,
            String trainedFrom,
            String trainedTo,
            Map<String, Double> scores,
            @Nullable String since,
            @Nullable String until) {}

    /** All that is known of a model. */
    public record Whole(
            @JsonUnwrapped Status status,
            ModelFile.@Nullable Provenance provenance,
            List<ModelFolder.Event> events,
            double[] bands,
            int days,
            List<Score> byAhead,
            List<Score> byHour,
            List<Score> byBand,
            List<Score> byDay,
            List<Against> against) {}

    /**
     * How good forecasts were.
     *
     * @param ahead in minutes
     * @param hour of the local day
     * @param won whether it was the best of its day
     */
    @com.fasterxml.jackson.annotation.JsonInclude(com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL)
    public record Score(
            @Nullable Integer ahead,
            @Nullable Integer hour,
            @Nullable Integer band,
            @Nullable String day,
            String forecaster,
            long n,
            double mae,
            double rmse,
            double bias,
            double coverage,
            double width,
            @Nullable Boolean won) {}

    /**
     * What was served against a forecaster.
     *
     * @param difference of the mean absolute errors: below 0 what was served is better
     * @param chance of such a difference when both are equally good
     * @param steps that were compared
     */
    public record Against(String forecaster, double difference, double chance, int steps) {}

    /**
     * What the champion looks at.
     *
     * @param algorithm of the champion; null when there is none
     * @param ahead in minutes
     * @param dependence how forecasts depend on the feature that was asked for; null when none was
     */
    public record Features(
            String model,
            @Nullable String algorithm,
            long ahead,
            List<Feature> features,
            @Nullable Dependence dependence) {}

    /**
     * Something that a model looks at.
     *
     * @param weight of a linear model; null for trees
     * @param error the weight's standard error
     */
    public record Feature(
            String what, @Nullable Double weight, @Nullable Double error) {}

    /**
     * The latest forecasts of all points.
     *
     * @param latest what they had in the last step
     * @param values by steps ahead, then by point
     */
    public record Latest(
            String model,
            @Nullable String madeAt,
            @Nullable String forecaster,
            double certainty,
            long stepMinutes,
            long[] ahead,
            List<String> points,
            float[] latest,
            float[][] values,
            float[][] lows,
            float[][] highs,
            boolean simulated) {}

    /** A number of a step. */
    public record Observed(String time, float value) {}

    /** What was said. */
    public record Said(
            String madeAt,
            String forWhen,
            long ahead,
            double value,
            double low,
            double high,
            String forecaster,
            String version) {}

    /** What a point had, and what was said of it. */
    public record Point(
            String model,
            String point,
            long stepMinutes,
            long ahead,
            @Nullable String madeAt,
            List<Observed> observed,
            List<Said> said,
            List<Said> coming,
            boolean simulated) {}

    /**
     * What a model learns from, as statements that whoever may read the table can ask.
     *
     * @param from when its first step begins
     * @param to when its last step ends
     * @param features names of what is known beside, in the order of the statements' columns
     * @param ofPoints whether each point has its own
     */
    public record History(
            String model,
            String table,
            String target,
            String algorithm,
            double certainty,
            long stepMinutes,
            long horizonMinutes,
            String timezone,
            String holidays,
            String from,
            String to,
            List<String> features,
            boolean ofPoints,
            List<Part> parts) {}

    /**
     * A day of a history. Steps are numbered from the epoch on.
     *
     * @param numbers a SELECT of {@code point}, {@code step}, {@code value}
     * @param features a SELECT of {@code point}, {@code step} and the features; null when there are none
     */
    public record Part(String numbers, @Nullable String features) {}

    /** Why a forecast is what it is. */
    public record Why(
            String model,
            String point,
            long ahead,
            String madeAt,
            String forWhen,
            String forecaster,
            String sentence,
            double value,
            double latest,
            List<Reasons.Part> parts) {}
}
