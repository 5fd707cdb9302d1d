package io.polder.predict;

import io.polder.config.Model;
import io.polder.predict.ModelAnswers.Observed;
import io.polder.predict.ModelAnswers.Said;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Tells readers what is forecast of points, and why. Thread-safe. */
record PointReports(ModelReports reports) {
    ModelAnswers.Latest latest(ModelRun run) {
        Model model = run.model();
        Origin latest = run.serving().latest();
        RecentSteps recent = run.recent();
        long step = model.step().toMinutes();
        long[] ahead =
                LongStream.rangeClosed(1, model.horizons()).map(at -> at * step).toArray();
        boolean isSimulated = reports.isSimulated(model);
        if (latest == null || recent == null) {
            float[][] none = {};
            return new ModelAnswers.Latest(
                    model.name(),
                    null,
                    null,
                    model.certainty(),
                    step,
                    ahead,
                    List.of(),
                    new float[0],
                    none,
                    none,
                    none,
                    isSimulated);
        }
        return new ModelAnswers.Latest(
                model.name(),
                run.query().time(latest.step()).toString(),
                latest.forecaster(),
                model.certainty(),
                step,
                ahead,
                latest.points(),
                recent.at(latest.step() - 1, latest.points()),
                byAhead(latest.served().values(), ahead.length),
                byAhead(latest.served().lows(), ahead.length),
                byAhead(latest.served().highs(), ahead.length),
                isSimulated);
    }

    private static float[][] byAhead(float[][] byPoint, int horizons) {
        float[][] turned = new float[horizons][byPoint.length];
        for (int point = 0; point < byPoint.length; point++) {
            for (int at = 0; at < horizons; at++) {
                turned[at][point] = byPoint[point][at];
            }
        }
        return turned;
    }

    ModelAnswers.Point point(ModelRun run, String point, int hours, int ahead) {
        Model model = run.model();
        RecentSteps recent = known(run, point);
        long minutes = ModelReports.stepsAhead(model, ahead) * model.step().toMinutes();
        long end = recent.end();
        long from = end - Duration.ofHours(hours).dividedBy(model.step());
        long first = Math.max(from, recent.first());
        float[] numbers = recent.numbers(point, first, end);
        List<Observed> observed = new ArrayList<>();
        for (int at = 0; at < numbers.length; at++) {
            observed.add(new Observed(run.query().time(first + at).toString(), numbers[at]));
        }
        Instant wanted = run.query().time(from);
        Instant defined = run.champions().definedAt();
        List<Said> said = reports.with(connection -> new ForecastRows(model, run.query())
                .of(connection, point, wanted.isBefore(defined) ? defined : wanted, minutes));
        Origin latest = run.serving().latest();
        int index = latest == null ? -1 : latest.points().indexOf(point);
        return new ModelAnswers.Point(
                model.name(),
                point,
                model.step().toMinutes(),
                minutes,
                latest == null ? null : run.query().time(latest.step()).toString(),
                observed,
                said,
                latest == null || index < 0 ? List.of() : run.serving().coming(latest, index),
                reports.isSimulated(model));
    }

    private RecentSteps known(ModelRun run, String point) {
        RecentSteps recent = run.recent();
        if (recent == null || !recent.has(point)) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    List.of(new Problem(
                            "point",
                            point,
                            "model '" + run.model().name()
                                    + "' knows no such point, or none that had a number in the last "
                                    + ModelHistory.SILENCE.toDays() + " days",
                            suggestion(run, recent, point))));
        }
        return recent;
    }

    private String suggestion(ModelRun run, @Nullable RecentSteps recent, String point) {
        if (recent == null) {
            return run.standing().says();
        }
        return reports.isPersonal(run.model())
                ? "write it as the table has it; the names are personal, and none is told"
                : Problem.suggestion(point, recent.points());
    }

    ModelAnswers.Why why(ModelRun run, String point, int ahead) {
        Model model = run.model();
        RecentSteps recent = known(run, point);
        int steps = ModelReports.stepsAhead(model, ahead);
        Origin latest = run.serving().latest();
        int index = latest == null ? -1 : latest.points().indexOf(point);
        if (latest == null || index < 0) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Nothing was forecast for point '" + point + "' yet. Fix: try again when a step has ended");
        }
        return new Explanation(run, recent, latest).of(index, steps);
    }
}
