package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
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

    @Test
    void of_many_who_ask_at_once_one_computes() throws Exception {
        int others = 16;
        CountDownLatch claim = Objects.requireNonNull(cache.find(QUESTION).claim());
        List<ResultCache.Found> found = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < others; index++) {
            Thread thread = new Thread(() -> found.add(cache.find(QUESTION)));
            thread.start();
            threads.add(thread);
        }
        await().until(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));

        recorded(claim).finish(List.of());
        cache.release(QUESTION, claim);

        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(found).hasSize(others).allMatch(each -> each.entry() != null && each.claim() == null);
    }

    /** Whatever others do: an answer is of the tables as they were when it was asked for, or as young as was allowed. */
    @Test
    void nobody_gets_what_is_older_than_he_allows() throws Exception {
        Duration age = Duration.ofMillis(1);
        Question question = QUESTION.withAge(age);
        AtomicLong version = new AtomicLong();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
            boolean fails = number % 4 == 3;
            threads.add(new Thread(() -> {
                for (int round = 0; round < 2_000; round++) {
                    long before = version.get();
                    long asked = System.nanoTime();
                    ResultCache.Found found = cache.find(question);
                    ResultCache.Entry entry = found.entry();
                    if (entry == null) {
                        ResultCache.Recording recording = cache.record(question, READS, found.claim());
                        if (!fails) {
                            recording.finish(List.of());
                        }
                        cache.release(question, found.claim());
                    } else if (asked - entry.began() > age.toNanos()
                            && Objects.requireNonNull(entry.versions().get("traffic")) < before) {
                        wrong.add("of version " + entry.versions() + " where " + before + " was there");
                    }
                    if (round % 50 == 0) {
                        cache.changed("traffic");
                        version.incrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(wrong).isEmpty();
        assertThat(cache.hits() + cache.misses()).isEqualTo(8 * 2_000);
        // No claim was left behind: whoever asks next after a change may compute.
        cache.changed("traffic");
        assertThat(cache.find(question.withAge(Duration.ZERO)).claim()).isNotNull();
    }

    private ResultCache.Recording recorded(CountDownLatch claim) {
        return cache.record(QUESTION, READS, claim);
    }
}
