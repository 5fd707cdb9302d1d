package io.polder.store.duck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MemoryWatchTest {
    private static final long MIB = 1L << 20;

    private final AtomicLong resident = new AtomicLong(500 * MIB);
    private final MemoryWatch watch = new MemoryWatch(1_000 * MIB, resident::get);
    private final List<String> stopped = new ArrayList<>();

    @AfterEach
    void close() {
        watch.close();
    }

    private MemoryWatch.Entry enter(String name) {
        return watch.enter(() -> stopped.add(name));
    }

    private void grow(long mebibytes) {
        resident.addAndGet(mebibytes * MIB);
        watch.look();
    }

    @Test
    void nobodyIsStoppedBelowTheCeiling() {
        enter("one");

        grow(500);

        assertThat(stopped).isEmpty();
    }

    @Test
    void theYoungestThatHasSeenMostOfTheGrowthIsStopped() {
        enter("long there");
        grow(50);
        MemoryWatch.Entry large = enter("large");
        grow(400);
        enter("just begun");

        grow(100);

        assertThat(stopped).containsExactly("large");
        assertThat(large.isStopped()).isTrue();
    }

    @Test
    void whoeverWasStoppedIsWaitedFor() {
        enter("one");
        enter("other");
        grow(600);

        grow(100);

        assertThat(stopped).containsExactly("other");
    }

    @Test
    void theNextOneIsStoppedWhenThatDidNotHelp() {
        enter("one");
        MemoryWatch.Entry other = enter("other");
        grow(600);
        other.close();

        grow(100);

        assertThat(stopped).containsExactly("other", "one");
    }

    /** What the process keeps of a query that is over is nobody's. */
    @Test
    void whoeverBeganAboveTheCeilingIsLeftAlone() {
        grow(900);
        enter("one");

        grow(10);

        assertThat(stopped).isEmpty();
    }

    /** A result of many batches, each of which grows by little. */
    @Test
    void whoeverIsAtWorkAgainCountsFromItsBegin() {
        MemoryWatch.Entry streamed = enter("streamed");
        for (int batch = 0; batch < 20; batch++) {
            streamed.close();
            grow(30);
            streamed.resume();
        }

        watch.look();

        assertThat(stopped).containsExactly("streamed");
    }

    @Test
    void whoeverIsNotAtWorkIsLeftAlone() {
        enter("idle").close();

        grow(600);

        assertThat(stopped).isEmpty();
    }

    @Test
    void pagesOfFilesDoNotCountWhereTheSystemTellsThemApart() {
        List<String> old = List.of("Name:\tjava", "VmRSS:\t    3000 kB");
        List<String> now = List.of("Name:\tjava", "VmRSS:\t    3000 kB", "RssAnon:\t    2000 kB", "RssFile:\t 1000 kB");

        assertThat(MemoryWatch.bytes(now)).isEqualTo(2000 << 10);
        assertThat(MemoryWatch.bytes(old)).isEqualTo(3000 << 10);
        assertThat(MemoryWatch.bytes(List.of())).isZero();
    }

    @Test
    void thisProcessIsWatched() {
        MemoryWatch here = MemoryWatch.of(1L << 30);
        try (MemoryWatch.Entry entry = here.enter(() -> stopped.add("one"))) {
            here.look();
            assertThat(entry.isStopped()).isFalse();
        } finally {
            here.close();
        }
        assertThat(stopped).isEmpty();
    }
}
