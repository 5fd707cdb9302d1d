package io.polder.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Simulated time. At speed 1 it is the real time; faster, it starts a week ago, or where it was when it stopped if that is
 * nearer, and catches up. From then on it is the real time: it never passes it.
 */
final class Clock {
    private static final Duration HEAD_START = Duration.ofDays(7);

    private final InstantSource real;
    private final int speed;
    private final Instant started;
    private final Instant starts;

    /**
     * @param until where it was when it stopped; null at the first start
     */
    Clock(InstantSource real, int speed, @Nullable Instant until) {
        this.real = real;
        this.speed = speed;
        started = real.instant();
        starts = speed == 1 ? started : goesOn(started.minus(HEAD_START), until);
    }

    private Instant goesOn(Instant earliest, @Nullable Instant until) {
        if (until == null || until.isBefore(earliest)) {
            return earliest;
        }
        return until.isAfter(started) ? started : until;
    }

    Instant now() {
        Instant now = real.instant();
        if (speed == 1) {
            return now;
        }
        Instant ahead = starts.plus(Duration.between(started, now).multipliedBy(speed));
        return ahead.isAfter(now) ? now : ahead;
    }

    /** Where simulated time began. */
    Instant starts() {
        return starts;
    }

    /** The last minute that is over, since 1970-01-01T00:00Z. */
    long lastMinute() {
        return lastMinute(now());
    }

    /** The last minute that was over at an instant, since 1970-01-01T00:00Z. */
    static long lastMinute(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MINUTES).getEpochSecond() / 60 - 1;
    }
}
