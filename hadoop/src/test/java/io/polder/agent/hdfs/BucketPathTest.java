package io.polder.agent.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BucketPathTest {
    private static final Instant MOMENT = Instant.parse("2026-03-07T21:05:09.123Z");
    private static final ZoneId BRUSSELS = ZoneId.of("Europe/Brussels");

    @ParameterizedTest
    @CsvSource({
        "%Y-%m-%d/%H%M%S, 2026-03-07/220509",
        "%y %n %e %j %k %l %I %p, 26 3 7 066 22 10 10 PM",
        "%a %A %b %B, Sat Saturday Mar March",
        "%c, Sat Mar 7 22:05:09 2026",
        "%D %z, 03/07/26 +0100",
        "%s %t, 1772917509 1772917509123",
        "100%%, 100%",
        "%{city}/%{none}/x, gent//x",
        "plain, plain",
    })
    void escapesAreFlumes(String path, String expected) throws IOException {
        assertThat(path(path, null, 1).of(headers())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"HOURS, 6, 18:00:00", "MINUTES, 2, 22:04:00", "SECONDS, 5, 22:05:05"})
    void theTimeIsRoundedDown(ChronoUnit unit, int multiple, String expected) throws IOException {
        assertThat(path("%H:%M:%S", unit, multiple).of(headers())).isEqualTo(expected);
    }

    @Test
    void aHeaderLeadsNowhereElse() throws IOException {
        assertThat(path("/data/%{city}", null, 1).of(Map.of("city", "../../etc:x")))
                .isEqualTo("/data/__/__/etc_x");
    }

    @Test
    void anEventWithoutATimeIsNamedWithTheCure() {
        assertThatThrownBy(() -> path("/data/%Y", null, 1).of(Map.of()))
                .hasMessageContaining("no header 'timestamp', which '/data/%Y' needs")
                .hasMessageContaining("hdfs.useLocalTimeStamp = true");
        assertThatThrownBy(() -> path("/data/%Y", null, 1).of(Map.of("timestamp", "soon")))
                .hasMessageContaining("timestamp = 'soon'");
    }

    @Test
    void unknownEscapesAreProblems() {
        List<String> problems = new ArrayList<>();

        BucketPath.parse("%q/%[where]", time(null, 1), (wrong, fix) -> problems.add(wrong));

        assertThat(problems).containsExactly("there is no escape %q", "there is no escape %[where]");
    }

    @Property
    void oneAfterAnotherGivesWhatEachGivesAlone(
            @ForAll @LongRange(min = 0, max = 4_000_000_000_000L) long first,
            @ForAll @IntRange(min = -2_000, max = 2_000) int later)
            throws IOException {
        String text = "%Y%m%d%H%M%S%j%p";
        BucketPath shared = path(text, null, 1);
        Map<String, String> headers = Map.of("timestamp", Long.toString(Math.max(0, first + later)));

        shared.of(Map.of("timestamp", Long.toString(first)));

        assertThat(shared.of(headers)).isEqualTo(path(text, null, 1).of(headers));
    }

    private static Map<String, String> headers() {
        return Map.of("timestamp", Long.toString(MOMENT.toEpochMilli()), "city", "gent");
    }

    private static BucketPath path(String text, @Nullable ChronoUnit unit, int multiple) {
        return BucketPath.parse(text, time(unit, multiple), (wrong, fix) -> {
            throw new AssertionError(wrong);
        });
    }

    private static BucketPath.Time time(@Nullable ChronoUnit unit, int multiple) {
        return new BucketPath.Time(BRUSSELS, unit, multiple, false, InstantSource.fixed(MOMENT));
    }
}
