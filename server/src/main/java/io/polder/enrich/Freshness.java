package io.polder.enrich;

import io.polder.enrich.TableStatus.Quantiles;
import java.time.InstantSource;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Milliseconds of the last minute, as quantiles. Thread-safe. */
final class Freshness {
    private static final int SLICES = 12;
    private static final long SLICE_MILLIS = 5_000;

    /** An hour; what takes longer counts as an hour. */
    private static final long HIGHEST = 3_600_000;

    private final InstantSource clock;
    private final Histogram[] slices = new Histogram[SLICES];
    private final long[] began = new long[SLICES];

    Freshness(InstantSource clock) {
        this.clock = clock;
        for (int index = 0; index < SLICES; index++) {
            slices[index] = new Histogram(HIGHEST, 2);
        }
    }

    synchronized void add(long milliseconds) {
        current().recordValue(Math.max(0, Math.min(HIGHEST, milliseconds)));
    }

    private Histogram current() {
        long slice = Math.floorDiv(clock.millis(), SLICE_MILLIS);
        int index = (int) Math.floorMod(slice, (long) SLICES);
        if (began[index] != slice) {
            began[index] = slice;
            slices[index].reset();
        }
        return slices[index];
    }

    /** Of what was added within the last minute; null when nothing was. */
    synchronized @Nullable Quantiles quantiles() {
        long slice = Math.floorDiv(clock.millis(), SLICE_MILLIS);
        Histogram sum = new Histogram(HIGHEST, 2);
        for (int index = 0; index < SLICES; index++) {
            if (slice - began[index] < SLICES) {
                sum.add(slices[index]);
            }
        }
        return sum.getTotalCount() == 0
                ? null
                : new Quantiles(sum.getValueAtPercentile(50), sum.getValueAtPercentile(99), sum.getTotalCount());
    }
}
