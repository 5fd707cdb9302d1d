package io.polder.predict;

import io.polder.config.Model;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Why a forecast that was served is what it is. */
record Explanation(ModelRun run, RecentSteps recent, Origin origin) {
    private static final int PARTS = 4;

    /** @param ahead in steps */
    ModelAnswers.Why of(int index, int ahead) {
        Model model = run.model();
        String point = origin.points().get(index);
        int at = ahead - 1;
        double value = origin.served().values()[index][at];
        float latest = recent.numbers(point, origin.step() - 1, origin.step())[0];
        ModelFile champion = run.champions().champion();
        String forecaster = origin.forecaster(index);
        String sentence;
        List<Reasons.Part> parts = List.of();
        List<String> points =
                champion == null ? List.of() : champion.provenance().points();
        // Another champion than the one that said it cannot say why.
        if (champion != null
                && origin.version(index).equals(champion.provenance().trainedTo())
                && forecaster.equals(champion.forecaster().name())
                && points.contains(point)) {
            Series known = recent.window(origin.step() - champion.forecaster().inputs(), origin.step());
            Reasons reasons = champion.forecaster().why(known.arranged(points), points.indexOf(point), ahead);
            sentence = reasons.text(PARTS);
            parts = reasons.always() == 0
                    ? reasons.parts()
                    : Reasons.sorted(Stream.concat(
                                    reasons.parts().stream(),
                                    Stream.of(new Reasons.Part("what is always added", reasons.always())))
                            .toList());
            latest = reasons.latest();
        } else {
            sentence = number(value) + ": " + of(forecaster) + silent(point);
        }
        return new ModelAnswers.Why(
                model.name(),
                point,
                ahead * model.step().toMinutes(),
                run.query().time(origin.step()).toString(),
                run.query().time(origin.step() + at).toString(),
                forecaster,
                sentence,
                value,
                latest,
                parts);
    }

    /** Since when there has been no number, where that is why a baseline serves. */
    private String silent(String point) {
        float[] numbers = recent.numbers(point, recent.first(), origin.step());
        int at = numbers.length - 1;
        while (at >= 0 && Float.isNaN(numbers[at])) {
            at--;
        }
        boolean isSilent = numbers.length - 1 - at >= Features.INPUTS;
        return isSilent && at >= 0
                ? ", as the last number there was is of " + run.query().time(recent.first() + at)
                : "";
    }

    private static String of(String forecaster) {
        return switch (forecaster) {
            case "last value" -> "the last value that there was, as nothing better is known";
            case TreesForecaster.NAME, RidgeForecaster.NAME -> "said by a model that has been replaced since";
            case "same slot before" -> "what was at this time a week ago, or on the last such day";
            default -> "the mean of this time on days of this kind";
        };
    }

    private static String number(double number) {
        return String.format(Locale.ROOT, Math.abs(number) < 10 ? "%.1f" : "%.0f", number);
    }
}
