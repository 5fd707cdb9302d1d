package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.polder.hive.HiveJdbc;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example's shop: customers browse, pay and are judged in one request, while analysts scan the same tables.
 *
 * <p>{@code -Dpolder.shop.seconds=30} drives it for longer and prints what the requests took.
 */
final class ShopTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SECONDS = Integer.getInteger("polder.shop.seconds", 3);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int VISITS_OF_YESTERDAY = 200_000;
    private static final int CUSTOMERS = 200;
    private static final int ARTICLES = 50;
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    private Path folder;

    private MartProcess mart;
    private final AtomicLong ids = new AtomicLong(1);

    @BeforeEach
    void start() throws IOException {
        Path home = Files.createDirectories(folder.resolve("shop"));
        Files.copy(Path.of("..", "examples", "shop", "polder.yaml"), home.resolve("polder.yaml"));
        mart = MartProcess.start(home, "store.batch-interval=20ms");
        StringBuilder articles = new StringBuilder("INSERT INTO articles VALUES ");
        for (int article = 0; article < ARTICLES; article++) {
            articles.append(article == 0 ? "" : ", ")
                    .append("(%d, 'article %d', %d, 1000000)".formatted(article, article, 10 + article));
        }
        assertThat(mart.sql(articles.toString()).statusCode()).isEqualTo(200);
    }

    @AfterEach
    void stop() throws InterruptedException {
        mart.close();
    }

    private void browse(Instant time, int customer, int... articles) throws IOException {
        ArrayNode events = JSON.createArrayNode();
        for (int article : articles) {
            events.addObject()
                    .put("id", ids.getAndIncrement())
                    .put("customer", customer)
                    .put("article", article)
                    .put("action", "view")
                    .put("time", time.toString());
        }
        HttpResponse<String> answer =
                mart.post("web", "/api/feeds/browsing/events", events, "", HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** As the example's page writes it. */
    private static String recommendations(int customer) {
        return """
            SELECT other.article, count(DISTINCT other.customer) AS customers
            FROM browsing mine
            JOIN browsing same ON same.article = mine.article AND same.customer <> mine.customer
            JOIN browsing other ON other.customer = same.customer AND other.article <> mine.article
            WHERE mine.customer = %d AND mine.time > now() - INTERVAL 1 MINUTE
              AND same.time > now() - INTERVAL 1 MINUTE AND other.time > now() - INTERVAL 1 MINUTE
            GROUP BY other.article ORDER BY customers DESC, other.article LIMIT 5
            """.formatted(customer);
    }

    /** As the example's page writes it. */
    private static String payment(long payment, int customer, int article, double amount, String country) {
        return """
            INSERT INTO payments
            SELECT %1$d, %2$d, %3$d, %4$s, '%5$s', now(),
                   least(1.0, 0.2 * before.payments + if(before.elsewhere > 0, 0.3, 0.0)
                            + if(%4$s > 5 * before.usual, 0.3, 0.0) + if(seen.times = 0, 0.2, 0.0))
            FROM (SELECT count(*) AS payments, coalesce(sum(if(country <> '%5$s', 1, 0)), 0) AS elsewhere,
                         avg(amount) AS usual
                  FROM payments WHERE customer = %2$d AND time > now() - INTERVAL 10 MINUTES) before
            CROSS JOIN (SELECT count(*) AS times FROM browsing WHERE customer = %2$d AND article = %3$d) seen
            """.formatted(payment, customer, article, amount, country);
    }

    private double pay(long payment, int customer, int article, double amount, String country) throws IOException {
        HttpResponse<String> answer = mart.sql(payment(payment, customer, article, amount, country));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).path("written").asInt()).isEqualTo(1);
        return mart.rows("SELECT fraud FROM payments WHERE payment = " + payment)
                .get(0)
                .get(0)
                .asDouble();
    }

    @Test
    void aPaymentIsJudgedByTheOnesBeforeIt() throws IOException {
        browse(CLOCK.instant(), 7, 3);
        assertThat(seen(7)).isEqualTo(1);

        assertThat(pay(1, 7, 3, 20, "BE")).as("looked at, the first").isEqualTo(0.0);
        assertThat(pay(2, 7, 3, 20, "BE")).as("the second within ten minutes").isEqualTo(0.2);
        assertThat(pay(3, 7, 4, 500, "BR"))
                .as("another country, much money, never looked at")
                .isEqualTo(1.0);
    }

    @Test
    void whatIsRecommendedIsOfTheLastMinute() throws IOException {
        Instant now = CLOCK.instant();
        browse(now, 7, 3);
        browse(now, 8, 3, 4);
        browse(now, 9, 3, 4, 5);
        browse(now.minus(Duration.ofMinutes(5)), 10, 3, 6);
        assertThat(seen(10)).isEqualTo(2);

        assertThat(mart.rows(recommendations(7)).toString()).isEqualTo("[[4,2],[5,1]]");
        assertThat(mart.rows("SELECT article, customers FROM trending ORDER BY 2 DESC, 1")
                        .toString())
                .isEqualTo("[[3,3],[4,2],[5,1]]");
    }

    /** How many events of a customer are in the table, once it has those that were posted. */
    private int seen(int customer) throws IOException {
        await().until(() -> mart.rows("SELECT count(*) FROM browsing WHERE customer = " + customer)
                        .get(0)
                        .get(0)
                        .asInt()
                > 0);
        return mart.rows("SELECT count(*) FROM browsing WHERE customer = " + customer)
                .get(0)
                .get(0)
                .asInt();
    }

    @Test
    void requestsAreAnsweredWhileAnalystsScan() throws Exception {
        Random past = new Random(3);
        Instant yesterday = CLOCK.instant().minus(Duration.ofDays(1));
        for (int visits = 0; visits < VISITS_OF_YESTERDAY; visits += 5_000) {
            browse(
                    yesterday.plusSeconds(visits / 5),
                    past.nextInt(CUSTOMERS),
                    past.ints(5_000, 0, ARTICLES).toArray());
        }
        await().atMost(PATIENCE)
                .until(() ->
                        mart.rows("SELECT count(*) FROM browsing").get(0).get(0).asInt() >= VISITS_OF_YESTERDAY);
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger scans = new AtomicInteger();
        AtomicInteger sold = new AtomicInteger();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        Thread site = new Thread(() -> attempt(failures, () -> {
            Random random = new Random(1);
            while (!isOver.get()) {
                // 200 customers who look at something each second.
                int[] articles = random.ints(2, 0, ARTICLES).toArray();
                browse(CLOCK.instant(), random.nextInt(CUSTOMERS), articles);
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        }));
        threads.add(site);
        for (int index = 0; index < 2; index++) {
            threads.add(new Thread(() -> attempt(failures, () -> {
                try (Connection connection = HiveJdbc.connect(mart.port("hive"), "default", ";auth=noSasl");
                        Statement statement = connection.createStatement()) {
                    while (!isOver.get()) {
                        // No two are the same, so that no answer is kept.
                        try (ResultSet rows = statement.executeQuery("SELECT article, count(*), ndv(customer),"
                                + " appx_median(id), max(time) FROM browsing WHERE id > -" + scans.get()
                                + " GROUP BY article ORDER BY 2 DESC")) {
                            while (rows.next()) {
                                assertThat(rows.getLong(2)).isPositive();
                            }
                        }
                        scans.incrementAndGet();
                    }
                }
            })));
        }
        List<long[]> took = new ArrayList<>();
        List<long[]> recommended = new ArrayList<>();
        threads.add(new Thread(() -> attempt(failures, () -> {
            Random random = new Random(2);
            long payment = 100;
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            while (System.nanoTime() < end) {
                int customer = random.nextInt(CUSTOMERS);
                int article = random.nextInt(ARTICLES);
                long start = System.nanoTime();
                mart.rows(recommendations(customer));
                recommended.add(new long[] {System.nanoTime() - start});
                start = System.nanoTime();
                double fraud = pay(payment++, customer, article, 10 + article, "BE");
                took.add(new long[] {System.nanoTime() - start});
                if (fraud < 0.5) {
                    assertThat(mart.sql("UPDATE articles SET stock = stock - 1 WHERE article = " + article)
                                    .statusCode())
                            .isEqualTo(200);
                    sold.incrementAndGet();
                }
            }
            isOver.set(true);
        })));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(scans.get()).isPositive();
        JsonNode left = mart.rows("SELECT sum(stock), (SELECT count(*) FROM payments) FROM articles")
                .get(0);
        assertThat(left.get(0).asLong()).isEqualTo(ARTICLES * 1_000_000L - sold.get());
        assertThat(left.get(1).asInt()).isEqualTo(took.size());
        System.out.printf(
                "shop: payment %s, recommendation %s, %d events, %d scans%n",
                quantiles(took), quantiles(recommended), ids.get() - 1, scans.get());
    }

    private static String quantiles(List<long[]> nanos) {
        long[] sorted =
                nanos.stream().mapToLong(each -> each[0] / 1_000_000).sorted().toArray();
        return "%d times, p50 %d ms, p99 %d ms, max %d ms"
                .formatted(
                        sorted.length,
                        sorted[sorted.length / 2],
                        sorted[(int) Math.min(sorted.length - 1L, sorted.length * 99L / 100)],
                        Arrays.stream(sorted).max().orElse(0));
    }

    private interface Work {
        void run() throws IOException, SQLException;
    }

    private static void attempt(List<Throwable> failures, Work work) {
        try {
            work.run();
        } catch (Throwable failure) { // the test is told of all of them
            failures.add(failure);
        }
    }
}
