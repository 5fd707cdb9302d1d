package io.polder.predict;

import io.polder.config.Model;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sums that ridge regression is made of as the table is: days that have changed since the last training are summed
 * up again by SQL, the others stay. Commits come from any thread, trainings one at a time.
 */
final class RidgeTraining {
    /** A number counts in what is forecast up to a week after it. */
    private static final int DAYS_AFTER = 8;
    /** Days that one statement sums up. */
    private static final int DAYS_AT_ONCE = 7;

    private final Model model;
    private final StepQuery query;
    private final Series.Calendar calendar;
    private final List<RidgeSums> sums = new ArrayList<>();
    private Instant changed = Instant.EPOCH;
    /** Whether the sums are of all days: not before the first training, and not after one that failed on the way. */
    private boolean isWhole;

    RidgeTraining(Model model, StepQuery query, Series.Calendar calendar) {
        this.model = model;
        this.query = query;
        this.calendar = calendar;
    }

    /** Takes note that rows from a time on have changed. */
    synchronized void changed(Instant from) {
        changed = from.isBefore(changed) ? from : changed;
    }

    private synchronized Instant takeChanged(Instant now) {
        Instant taken = changed;
        changed = now;
        return taken;
    }

    /**
     * Learns from the steps from {@code first} to before {@code end}.
     *
     * @param recent the numbers from a week before {@code trial} on, up to {@code end}
     * @param trial number of the first step on which it is tried
     * @param features what is known beside; null when nothing is
     */
    RidgeForecaster train(
            Connection connection,
            Series recent,
            long first,
            long trial,
            long end,
            @Nullable FeatureQuery features,
            DoubleConsumer progress)
            throws SQLException {
        LocalDate firstDay = day(first);
        LocalDate lastDay = day(end - 1);
        List<String> covariates = features == null ? List.of() : features.names();
        LocalDate dirty = day(query.step(takeChanged(query.time(end))));
        // What is known beside may come later than the rows, and no commit of the table tells.
        if (!isWhole || features != null || !sums.get(0).terms().covariates().equals(covariates)) {
            dirty = firstDay;
            sums.clear();
            int slots = (int) Duration.ofDays(1).dividedBy(model.step());
            for (int ahead = 1; ahead <= model.horizons(); ahead++) {
                sums.add(new RidgeSums(new LinearTerms(calendar, model.step().toSeconds(), slots, ahead, covariates)));
            }
        }
        isWhole = false;
        for (int horizon = 0; horizon < sums.size(); horizon++) {
            RidgeSums ofHorizon = sums.get(horizon);
            ofHorizon.forget(firstDay);
            LocalDate from = dirty.isBefore(firstDay) ? firstDay : dirty;
            for (; !from.isAfter(lastDay); from = from.plusDays(DAYS_AT_ONCE)) {
                LocalDate until = from.plusDays(DAYS_AT_ONCE - 1L);
                LocalDate to = until.isAfter(lastDay) ? lastDay : until;
                long begin = Math.max(first, query.step(start(from.minusDays(DAYS_AFTER))));
                long stop = Math.min(end, query.step(start(to.plusDays(1))));
                ofHorizon.replace(
                        from,
                        to,
                        answer(connection, ofHorizon.terms().sql(query.series(begin, stop, features), from, to)));
            }
            progress.accept((horizon + 1.0) / sums.size());
        }
        isWhole = true;
        return RidgeForecaster.fit(recent, sums, day(trial), model.certainty());
    }

    private LocalDate day(long step) {
        return LocalDate.ofInstant(query.time(step), calendar.zone());
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(calendar.zone()).toInstant();
    }

    private static List<double[]> answer(Connection connection, String sql) throws SQLException {
        List<double[]> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                double[] line = new double[columns];
                for (int column = 0; column < columns; column++) {
                    line[column] = rows.getDouble(column + 1);
                }
                lines.add(line);
            }
        }
        return lines;
    }
}
