package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.polder.record.PolderException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TurnsTest {
    private static final long LONG = TimeUnit.MINUTES.toNanos(1);

    private final Turns turns = new Turns(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void callersAreServedInTurnHoweverManyEachHas() {
        assertThat(turns.take("first", LONG, () -> false)).isTrue();
        List<String> served = new CopyOnWriteArrayList<>();
        for (String caller : List.of("greedy", "greedy", "greedy", "modest")) {
            int before = turns.waiting();
            threads.execute(() -> {
                turns.take(caller, LONG, () -> false);
                served.add(caller);
            });
            await().until(() -> turns.waiting() == before + 1);
        }

        for (int turn = 1; turn <= 4; turn++) {
            int wanted = turn;
            turns.release();
            await().until(() -> served.size() == wanted);
        }

        assertThat(served).containsExactly("greedy", "modest", "greedy", "greedy");
    }

    @Test
    void whoGivesUpLeavesTheQueue() {
        assertThat(turns.take("first", LONG, () -> false)).isTrue();
        AtomicBoolean isGivenUp = new AtomicBoolean();
        CompletableFuture<Boolean> second =
                CompletableFuture.supplyAsync(() -> turns.take("second", LONG, isGivenUp::get), threads);
        await().until(() -> turns.waiting() == 1);

        isGivenUp.set(true);
        turns.look();

        assertThat(second.join()).isFalse();
        assertThat(turns.waiting()).isZero();
        turns.release();
        assertThat(turns.take("third", LONG, () -> false)).isTrue();
    }

    @Test
    void whoWaitsTooLongIsTold() {
        assertThat(turns.take("first", LONG, () -> false)).isTrue();

        assertThatThrownBy(() -> turns.take("second", 1_000, () -> false))
                .isInstanceOf(PolderException.class)
                .hasMessage("Too many queries are running. Fix: try again in a moment");
        assertThat(turns.waiting()).isZero();
    }
}
