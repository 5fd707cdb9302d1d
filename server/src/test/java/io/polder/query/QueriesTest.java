package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.polder.record.PolderException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QueriesTest {
    private static final String ENDLESS = "SELECT count(*) FROM numbers a, numbers b WHERE (a.n * b.n) % 7 = 3";

    @TempDir
    private static Path folder;

    private static QueriesFixture fixture;
    private static Queries queries;
    private static final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        fixture = new QueriesFixture(folder);
        queries = fixture.queries;
    }

    @AfterAll
    static void stop() {
        threads.shutdownNow();
        fixture.close();
    }

    private static long ask(Question question) {
        long rows = 0;
        try (Execution execution = queries.begin(question).start()) {
            for (Chunk chunk = execution.next(); chunk != null; chunk = execution.next()) {
                rows += chunk.rows();
            }
        }
        return rows;
    }

    /** Whether the second of two answers is the first one. */
    private static boolean isKept(Question question) {
        long before = queries.cacheCounts().hits();
        ask(question);
        return queries.cacheCounts().hits() > before;
    }

    @Test
    void anAnswerIsKeptUntilATableThatItReadHasChanged() {
        Question question = Question.of("test", "SELECT max(uid) AS kept FROM main.traffic JOIN readings USING (uid)");
        assertThat(isKept(question)).isFalse();
        assertThat(isKept(question)).isTrue();

        queries.changed("elsewhere");
        assertThat(isKept(question)).isTrue();

        queries.changed("traffic");
        assertThat(isKept(question)).isFalse();
        assertThat(isKept(question)).isTrue();
    }

    @Test
    void aChangedTableIsNoMatterToWhoAllowsAge() {
        Question question = Question.of("test", "SELECT min(uid) AS young FROM traffic");
        ask(question);
        queries.changed("traffic");

        assertThat(isKept(question.withAge(Duration.ofHours(1)))).isTrue();
        assertThat(isKept(question)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT now()",
                "SELECT current_timestamp",
                "SELECT current_date",
                "SELECT today()",
                "SELECT random()",
                "SELECT uuid()",
                "SELECT uid FROM readings USING SAMPLE 10 ROWS",
                "SELECT count(*) FROM readings WHERE time > now() - INTERVAL 1 HOUR",
                "SELECT * FROM polder.ledger",
            })
    void whatDependsOnTimeOrChanceIsOnlyKeptForWhoAllowsAge(String sql) {
        Question question = Question.of("test", sql);
        ask(question);

        assertThat(isKept(question)).isFalse();
        assertThat(isKept(question.withAge(Duration.ofHours(1)))).isTrue();
    }

    @Test
    void whatIsLargeIsNotKept() {
        Question question = Question.of("test", "SELECT n, n + 1, n + 2 FROM numbers");
        assertThat(ask(question)).isEqualTo(3_000_000);

        assertThat(isKept(question.withAge(Duration.ofHours(1)))).isFalse();
    }

    @Test
    void whoAsksTheSameAtOnceGetsOneAnswer() {
        Question question =
                Question.of("test", "SELECT sum(a.n % (b.uid + 3)) FROM numbers a, readings b WHERE b.uid < 3");
        long before = queries.cacheCounts().misses();
        List<CompletableFuture<Long>> answers = new ArrayList<>();
        for (int caller = 0; caller < 3; caller++) {
            answers.add(CompletableFuture.supplyAsync(() -> ask(question), threads));
        }

        answers.forEach(answer -> assertThat(answer.join()).isEqualTo(1));
        assertThat(queries.cacheCounts().misses() - before).isBetween(1L, 3L);
    }

    @Test
    void progressGoesUp() {
        Execution execution = queries.begin(Question.of("test", ENDLESS));
        CompletableFuture<Void> running = CompletableFuture.runAsync(
                () -> assertThatThrownBy(execution::start).isInstanceOf(PolderException.class));
        await().until(() -> execution.state() == Execution.State.RUNNING);

        assertThat(execution.progress()).isBetween(0.0, 1.0);

        execution.cancel();
        running.join();
        assertThat(execution.state()).isEqualTo(Execution.State.CANCELLED);
    }

    @Test
    void aResultThatNobodyReadsToItsEndGivesItsConnectionBack() {
        for (int time = 0; time < 20; time++) {
            try (Execution execution = queries.begin(Question.of("test", "SELECT n, " + time + " FROM numbers"))
                    .start()) {
                assertThat(execution.next()).isNotNull();
            }
        }
        assertThat(queries.executions()).isEmpty();
    }
}
