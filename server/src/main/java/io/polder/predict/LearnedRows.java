package io.polder.predict;

import io.polder.config.Model;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Says which rows a model learns from, as SQL for others to ask. It gives no rows itself: whoever wants them asks as for any
 * other rows, and gets what he may see.
 */
record LearnedRows(Model model, ZoneId zone, StepQuery query) {
    /** The history up to before a step. */
    ModelAnswers.History upTo(Connection connection, long end) throws SQLException {
        Instant until = query.time(end);
        Instant oldest =
                query.oldest(connection, until.minus(model.history()), until).orElse(until);
        long first = query.step(oldest);
        FeatureQuery features = FeatureQuery.ofModel(connection, model);
        List<ModelAnswers.Part> parts = new ArrayList<>();
        long day = Duration.ofDays(1).dividedBy(model.step());
        for (long from = first; from < end; from += day) {
            long to = Math.min(end, from + day);
            parts.add(new ModelAnswers.Part(
                    query.numbers(from, to),
                    features == null ? null : features.numbers(query.literal(from), query.literal(to))));
        }
        return new ModelAnswers.History(
                model.name(),
                model.table(),
                model.target(),
                model.algorithm().name().toLowerCase(Locale.ROOT),
                model.certainty(),
                model.step().toMinutes(),
                model.horizon().toMinutes(),
                zone.getId(),
                model.holidays(),
                query.time(first).toString(),
                until.toString(),
                features == null ? List.of() : features.names(),
                features != null && features.isByPoint(),
                parts);
    }
}
