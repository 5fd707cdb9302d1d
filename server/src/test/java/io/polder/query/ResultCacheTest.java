package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class ResultCacheTest {
    private static final Question QUESTION =
            Question.of("web", "SELECT count(*) FROM traffic").withAge(Duration.ofNanos(1));
    private static final Reads READS = new Reads(Set.of("traffic"), true);

    private final ResultCache cache = new ResultCache();

    @Test
    void an_answer_from_before_a_change_is_not_given_to_who_asks_after_it() {
        CountDownLatch claim = Objects.requireNonNull(cache.find(QUESTION).claim());
        ResultCache.Recording recording = recorded(claim);
        recording.finish(List.of());
        cache.release(QUESTION, claim);
        assertThat(cache.find(QUESTION).entry()).isNotNull();
        cache.changed("traffic");
        assertThat(cache.find(QUESTION).entry()).isNull();
    }

    @Test
    void one_that_fails_lets_the_next_compute() {
        CountDownLatch claim = cache.find(QUESTION).claim();
        cache.release(QUESTION, claim);
        assertThat(cache.find(QUESTION).claim()).isNotNull();
    }

    private ResultCache.Recording recorded(CountDownLatch claim) {
        return cache.record(QUESTION, READS, claim);
    }
}
