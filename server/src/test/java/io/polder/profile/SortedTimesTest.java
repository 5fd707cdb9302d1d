package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.statistics.SortedNumbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What is told of times in order is what the engine tells of them, which has its own calendar. */
class SortedTimesTest {
    private static final long MICROS = 1_000_000;
    /** Units in which times are whole, in microseconds. */
    private static final long[] UNITS = {1, 1_000, MICROS, 60 * MICROS, 3_600 * MICROS, 86_400 * MICROS};

    @Property(tries = 60)
    void timesAreToldAsTheEngineTellsThem(
            @ForAll @LongRange(min = 0) long seed,
            @ForAll @IntRange(min = 0, max = 5) int unit,
            @ForAll @IntRange(min = 2, max = 15) int digits,
            @ForAll @IntRange(min = 1, max = 300) int count)
            throws IOException {
        Random random = new Random(seed);
        long begin = 1_500_000_000 * MICROS / UNITS[5] * UNITS[5];
        long range = Math.max(2, (long) Math.pow(10, digits) * 60 / UNITS[unit]);
        // The smallest distance is there twice, since of equally frequent ones the engine takes any.
        long[] times = LongStream.concat(
                        LongStream.range(0, 4L * count).map(at -> begin + at * UNITS[unit]),
                        LongStream.range(0, count)
                                .map(at -> begin + Math.floorMod(random.nextLong(), range) * UNITS[unit]))
                .toArray();

        Profile.Time told = SortedTimes.of(SortedNumbers.ofWhole(times.clone(), times.length), false);

        assertThat(told).isEqualTo(engine(times));
    }

    @Example
    void endsOfTheCalendarAreWrittenAsTheEngineWritesThem() throws IOException {
        long[] times = {
            -62_135_596_800L * MICROS,
            -62_135_596_800L * MICROS - 1,
            -63_500_000_000L * MICROS,
            253_402_300_799L * MICROS + 999_999,
            300_000_000_000L * MICROS + 120_000,
            Long.MAX_VALUE,
            -Long.MAX_VALUE,
            0
        };
        Path folder = Files.createTempDirectory("times");
        try (Workbench bench = Workbench.open(new Workbench.Settings(100L << 20, 1, folder))) {
            for (long time : times) {
                String written = Math.abs(time) == Long.MAX_VALUE
                        ? "CAST('" + (time > 0 ? "" : "-") + "infinity' AS TIMESTAMP)"
                        : "make_timestamp(" + time + ")";
                List<?> row = bench.row("SELECT CAST(t AS VARCHAR), CAST(CAST(t AS DATE) AS VARCHAR) FROM (SELECT "
                        + written + " AS t)");

                assertThat(List.of(SortedTimes.written(time, false), SortedTimes.written(time, true)))
                        .isEqualTo(row);
            }
        } finally {
            Files.delete(folder);
        }
    }

    private static Profile.Time engine(long[] times) throws IOException {
        Path folder = Files.createTempDirectory("times");
        try (Workbench bench = Workbench.open(new Workbench.Settings(100L << 20, 1, folder))) {
            bench.run("CREATE TABLE data AS SELECT make_timestamp(unnest(["
                    + Arrays.stream(times).mapToObj(String::valueOf).collect(Collectors.joining(", ")) + "])) AS c0");
            return new TimeStatistics(bench, "data")
                    .of(new Typing.Typed(
                            0,
                            "time",
                            "timestamp",
                            "timestamp",
                            false,
                            new Profile.MissingBy(0, 0, 0, 0, List.of()),
                            false,
                            false));
        } finally {
            Files.delete(folder);
        }
    }
}
