package io.polder.predict;

import io.polder.config.Model;
import io.polder.record.PolderException;
import io.polder.store.Commit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recent steps of a model, kept as the table is: commits say what has changed, and only that is asked again. Commits come
 * from any thread; the rest is for one.
 *
 * <p>A step has ended when there is a row of a later one, or when the clock has passed its end by a minute and rows were coming
 * until then.
 */
final class ModelHistory {
    private static final Logger LOGGER = LoggerFactory.getLogger(ModelHistory.class);
    private static final long MOST_NUMBERS = 6_000_000;
    /** Ridge needs a week: 64 MB at most, 7,900 points in steps of five minutes. */
    private static final long MOST_OF_A_WEEK = 16_000_000;

    private static final Duration MOST_TIME = Duration.ofDays(15);
    /** How many of the last steps are read again when a row comes late. */
    static final int LATE = Features.INPUTS + 4;

    /** A point without a number for so long is forgotten, or for as long as steps are kept when that is less. */
    static final Duration SILENCE = Duration.ofDays(7);

    private static final long GATHER = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LATE_EVERY = TimeUnit.SECONDS.toNanos(30);
    /** Steps in the clock's favour: a feed that has been silent for longer ends no steps. */
    private static final int QUIET = 4;

    private static final Duration GRACE = Duration.ofMinutes(1);

    private final Model model;
    private final StepQuery query;
    private final Series.Calendar calendar;
    private @Nullable RecentSteps recent;
    private Instant newest = Instant.EPOCH;
    private long closed;
    private long closedSeen;
    private long read;
    private @Nullable Change waiting;
    /** Whether rows have changed of steps that were too long ago to be read again at once. */
    private boolean hasMissed;

    /** Of commits that nobody has looked at yet. */
    private @Nullable Change noted;

    private @Nullable FeatureQuery features;
    private volatile String featuresMissing = "";
    private volatile @Nullable List<String> featureNames;
    private volatile String tooShort = "";

    private volatile Map<Integer, Long> positions = Map.of();

    /** What commits have changed; null times when they do not tell. */
    private record Change(boolean isReplaced, Instant from, Instant to) {
        Change and(@Nullable Change earlier) {
            if (earlier == null) {
                return this;
            }
            return new Change(
                    isReplaced || earlier.isReplaced,
                    from.isBefore(earlier.from) ? from : earlier.from,
                    to.isAfter(earlier.to) ? to : earlier.to);
        }
    }

    /** What has become of the steps. */
    enum What {
        NOTHING,
        /** Steps have ended. */
        ENDED,
        /** Steps that had ended have changed. */
        CHANGED
    }

    /** Steps from {@code from} to before {@code to}, which are to be scored; of those that have ended also late ones. */
    record Update(What what, long from, long to) {}

    private static final Update NOTHING = new Update(What.NOTHING, 0, 0);

    ModelHistory(Model model, StepQuery query, Series.Calendar calendar) {
        this.model = model;
        this.query = query;
        this.calendar = calendar;
    }

    /** Takes note; returns at once. */
    synchronized void committed(Commit commit) {
        positions = commit.positions();
        boolean isReplaced = Instant.MAX.equals(commit.maxTime());
        Instant from = commit.minTime();
        Instant to = commit.maxTime();
        if (isReplaced || (from != null && to != null)) {
            Change change = new Change(
                    isReplaced,
                    isReplaced || from == null ? Instant.EPOCH : from,
                    isReplaced || to == null ? Instant.EPOCH : to);
            noted = change.and(noted);
        }
    }

    private synchronized @Nullable Change taken() {
        Change taken = noted;
        noted = null;
        return taken;
    }

    /** How far the log was read into the table at the last commit; empty before the first. */
    Map<Integer, Long> positions() {
        return positions;
    }

    /** The newest row's time; far in the past when there is none. */
    Instant newest() {
        return newest;
    }

    /**
     * Reads what there is.
     *
     * @return empty when the table has no rows
     */
    Optional<RecentSteps> open(Connection connection, Instant now) throws SQLException {
        taken();
        waiting = null;
        Optional<Instant> last = query.newest(connection, now.plus(model.step()));
        if (last.isEmpty()) {
            recent = null;
            return Optional.empty();
        }
        newest = last.get();
        long end = ended(now);
        int points = points(connection, end);
        RecentSteps made = new RecentSteps(
                model.step(), calendar, capacity(points, points * (1 + featuresByPoint(connection))), end);
        recent = made;
        readAll(connection, made);
        return Optional.of(made);
    }

    /** Reads all of it again. */
    void readAgain(Connection connection) throws SQLException {
        if (recent != null) {
            readAll(connection, recent);
        }
    }

    private void readAll(Connection connection, RecentSteps into) throws SQLException {
        hasMissed = false;
        long day = Duration.ofDays(1).dividedBy(model.step());
        for (long from = into.first(); from < into.end(); from += day) {
            read(connection, into, from, Math.min(into.end(), from + day));
        }
        forget(into);
    }

    private void forget(RecentSteps from) {
        from.forget(Math.toIntExact(Math.max(Features.INPUTS, SILENCE.dividedBy(model.step()))));
    }

    private void read(Connection connection, RecentSteps into, long from, long to) throws SQLException {
        into.clear(from, to);
        query.read(connection, from, to, into::put);
        readFeatures(connection, into, Math.max(into.first(), Math.min(from, to - LATE)), to);
        read = System.nanoTime();
    }

    /** What is known beside may come later than the rows, and may not come at all: forecasts go on without it. */
    private void readFeatures(Connection connection, RecentSteps into, long from, long to) {
        if (model.features().isEmpty()) {
            return;
        }
        FeatureQuery asked = features;
        try {
            FeatureQuery known = asked == null ? FeatureQuery.of(connection, model) : asked;
            features = known;
            featureNames = known.names();
            known.names().forEach(name -> into.covariate(name).clear(from, to));
            known.read(connection, from, to, (column, point, step, value) -> into.covariate(
                            known.names().get(column))
                    .put(point, step, value));
            featuresMissing = "";
        } catch (SQLException failure) {
            features = null;
            if (asked != null) {
                // There may be other columns now.
                readFeatures(connection, into, from, to);
                return;
            }
            String sentence = "Forecasts do without features: "
                    + FeatureQuery.unreadable(model, failure).getMessage() + ".";
            if (!sentence.equals(featuresMissing)) {
                LOGGER.warn("Model {}: {}", model.name(), sentence);
            }
            featuresMissing = sentence;
        }
    }

    /**
     * What forecasts have to do without, as a sentence; empty when they have all.
     *
     * @param learned what the model that serves was trained with
     */
    String lacks(List<String> learned) {
        return (tooShort + " " + featuresMissing(learned)).strip();
    }

    private String featuresMissing(List<String> learned) {
        List<String> names = featureNames;
        if (!featuresMissing.isEmpty() || names == null) {
            return featuresMissing;
        }
        List<String> gone =
                learned.stream().filter(name -> !names.contains(name)).toList();
        return gone.isEmpty()
                ? ""
                : "Of its features " + gone + " are gone, and forecasts do without. Fix: bring them back, or train it"
                        + " again without them.";
    }

    /** How many points the last day had. */
    private int points(Connection connection, long end) throws SQLException {
        long day = Duration.ofDays(1).dividedBy(model.step());
        return query.points(connection, end - day, end + 1).size();
    }

    /** What each point has beside its own number. */
    private int featuresByPoint(Connection connection) {
        try {
            FeatureQuery asked = FeatureQuery.ofModel(connection, model);
            return asked != null && asked.isByPoint() ? asked.names().size() : 0;
        } catch (PolderException unreadable) {
            return 0;
        }
    }

    /** @param ofStep how many numbers a step has, with those of features */
    private int capacity(int points, int ofStep) {
        long wanted = Math.min(MOST_TIME.dividedBy(model.step()), MOST_NUMBERS / Math.max(1, ofStep));
        long kept = Math.max(wanted, Features.INPUTS + 4L * model.horizons());
        tooShort = "";
        if (model.algorithm() == Model.Algorithm.RIDGE) {
            // It looks back a week, of each of the origins that a restart brings back.
            long week = Duration.ofDays(7).dividedBy(model.step()) + model.horizons();
            kept = Math.max(kept, Math.min(week, MOST_OF_A_WEEK / Math.max(1, ofStep)));
            if (kept < week) {
                tooShort = "The last " + Training.hours(model.step().multipliedBy(kept)) + " of " + points
                        + " points are kept and no more; ridge looks back a week, and forecasts do without what is"
                        + " before. Fix: make steps longer, or take trees.";
                LOGGER.warn("Model {}: {}", model.name(), tooShort);
            }
        }
        return Math.toIntExact(kept);
    }

    private long ended(Instant now) {
        long byRows = query.step(newest);
        boolean isLive = newest.plus(model.step().multipliedBy(QUIET)).isAfter(now);
        return isLive ? Math.max(byRows, query.step(now.minus(GRACE))) : byRows;
    }

    /**
     * Reads what has changed.
     *
     * @return what became of it; of a table whose rows are all others now nothing, and it is to be opened again
     */
    Update update(Connection connection, Instant now) throws SQLException {
        RecentSteps known = recent;
        if (known == null) {
            return NOTHING;
        }
        Change change = taken();
        if (change != null) {
            waiting = change.and(waiting);
            if (change.isReplaced()) {
                recent = null;
                return NOTHING;
            }
            Instant most = now.plus(model.step());
            Instant to = change.to().isAfter(most) ? most : change.to();
            newest = to.isAfter(newest) ? to : newest;
        }
        long end = ended(now);
        if (end > known.end()) {
            return ended(connection, known, end);
        }
        Change late = waiting;
        if (late == null || System.nanoTime() - read < LATE_EVERY) {
            return NOTHING;
        }
        waiting = null;
        hasMissed |= query.step(late.from()) < known.end() - LATE;
        long from = Math.max(query.step(late.from()), known.end() - LATE);
        long to = Math.min(query.step(late.to()) + 1, known.end());
        if (from >= to) {
            return NOTHING;
        }
        Series before = known.window(from, to);
        read(connection, known, from, to);
        return changed(before, known.window(from, to), from);
    }

    /** Points that are new are behind the others. */
    private static Update changed(Series before, Series after, long from) {
        int first = after.steps();
        int last = -1;
        for (int point = 0; point < after.points().size(); point++) {
            for (int at = 0; at < after.steps(); at++) {
                float was = point < before.points().size() ? before.value(point, at) : Float.NaN;
                if (Float.compare(was, after.value(point, at)) != 0) {
                    first = Math.min(first, at);
                    last = Math.max(last, at);
                }
            }
        }
        return last < 0 ? NOTHING : new Update(What.CHANGED, from + first, from + last + 1);
    }

    private Update ended(Connection connection, RecentSteps known, long end) throws SQLException {
        if (closed != end) {
            closed = end;
            closedSeen = System.nanoTime();
        }
        if (System.nanoTime() - closedSeen < GATHER) {
            return NOTHING;
        }
        long before = known.end();
        Change change = waiting;
        hasMissed |= change != null && query.step(change.from()) < before - LATE;
        long late = change == null ? before : Math.min(before, Math.max(query.step(change.from()), before - LATE));
        waiting = null;
        known.advance(end);
        long from = Math.max(late, known.first());
        read(connection, known, from, end);
        forget(known);
        return new Update(What.ENDED, from, end);
    }

    /** Whether there are older changes than those that are read at once; {@link #readAgain} takes them. */
    boolean hasMissed() {
        return hasMissed;
    }

    /** Whether it is to be opened: at first, and when the table's rows are all others. */
    boolean isClosed() {
        return recent == null;
    }
}
