package io.polder.simulate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Simulated time. At speed 1 it is the real time; faster, it starts a week ago and catches up, and from then on it is the
 * real time: it never passes it.
 */
final class Clock {
    private static final Duration HEAD_START = Duration.ofDays(7);

    private final InstantSource real;
    private final int speed;
    private final Instant started;
    private final Instant starts;

    Clock(InstantSource real, int speed) {
        this.real = real;
        this.speed = speed;
        started = real.instant();
        starts = speed == 1 ? started : started.minus(HEAD_START);
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
        return now().truncatedTo(ChronoUnit.MINUTES).getEpochSecond() / 60 - 1;
    }
}
