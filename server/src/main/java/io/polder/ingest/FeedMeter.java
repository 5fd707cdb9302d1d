package io.polder.ingest;

import io.polder.config.Feed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is known of a feed's doing. Thread-safe. */
final class FeedMeter {
    private static final int WINDOW_SECONDS = 60;

    private final Feed feed;
    private final InstantSource clock;
    private final Instant started;
    private final LongAdder logged = new LongAdder();
    private final LongAdder filtered = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder duplicate = new LongAdder();
    private final long[] perSecond = new long[WINDOW_SECONDS];
    private long newestSecond;
    private volatile State state = State.RUNNING;
    private volatile @Nullable Failure failure;
    private volatile @Nullable Instant lastEventAt;
    private volatile @Nullable Instant nextAt;
    private volatile double progress;

    enum State {
        RUNNING,
        WAITING,
        FAILING,
        DONE
    }

    private record Failure(String sentence, Instant at) {}

    FeedMeter(Feed feed, InstantSource clock) {
        this.feed = feed;
        this.clock = clock;
        started = clock.instant();
        newestSecond = started.getEpochSecond();
        progress = feed.isBounded() ? 0 : 1;
    }

    void count(long acceptedMillis, long newLogged, long newFiltered, long newRejected, long newDuplicate) {
        logged.add(newLogged);
        filtered.add(newFiltered);
        rejected.add(newRejected);
        duplicate.add(newDuplicate);
        if (newLogged > 0) {
            lastEventAt = Instant.ofEpochMilli(acceptedMillis);
            synchronized (this) {
                long second = turnTo(Math.floorDiv(acceptedMillis, 1_000L));
                perSecond[(int) Math.floorMod(second, (long) WINDOW_SECONDS)] += newLogged;
            }
        }
    }

    /** Empties the slots of the seconds that have gone by; answers the second, or the newest when it is older. */
    private long turnTo(long second) {
        if (second - newestSecond >= WINDOW_SECONDS) {
            Arrays.fill(perSecond, 0);
        } else {
            for (long passed = newestSecond + 1; passed <= second; passed++) {
                perSecond[(int) Math.floorMod(passed, (long) WINDOW_SECONDS)] = 0;
            }
        }
        newestSecond = Math.max(newestSecond, second);
        return newestSecond;
    }

    private synchronized double rate() {
        Instant now = clock.instant();
        turnTo(now.getEpochSecond());
        long seconds = Math.max(1, Math.min(WINDOW_SECONDS, now.getEpochSecond() - started.getEpochSecond()));
        return (double) Arrays.stream(perSecond).sum() / seconds;
    }

    void state(State newState) {
        state = newState;
    }

    /** It did what it should. */
    void succeeded() {
        state = State.RUNNING;
        failure = null;
    }

    void failed(String sentence) {
        state = State.FAILING;
        failure = new Failure(sentence, clock.instant());
    }

    /** Something is wrong that does not keep it from going on. */
    void warned(String sentence) {
        failure = new Failure(sentence, clock.instant());
    }

    void nextAt(@Nullable Instant at) {
        nextAt = at;
    }

    void progress(double newProgress) {
        progress = Math.max(0, Math.min(1, newProgress));
    }

    /**
     * @param hold why nothing is taken at the moment; null when all is well
     */
    FeedStatus status(boolean isPaused, @Nullable String hold) {
        Failure last = hold == null ? failure : new Failure(hold, clock.instant());
        State shown = hold == null || state == State.DONE ? state : State.WAITING;
        long filteredNow = filtered.sum();
        long rejectedNow = rejected.sum();
        long duplicateNow = duplicate.sum();
        long loggedNow = logged.sum();
        return new FeedStatus(
                feed.name(),
                feed.kind().name().toLowerCase(Locale.ROOT),
                feed.topic(),
                isPaused ? "paused" : shown.name().toLowerCase(Locale.ROOT),
                rate(),
                lastEventAt,
                last == null ? null : last.sentence,
                last == null ? null : last.at,
                isPaused ? null : nextAt,
                progress,
                feed.simulated(),
                new Balance(
                        loggedNow + filteredNow + rejectedNow + duplicateNow,
                        loggedNow,
                        filteredNow,
                        rejectedNow,
                        duplicateNow));
    }
}
