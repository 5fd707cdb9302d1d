package io.polder.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polder.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

final class PollTest {
    private static final Duration FAST = Duration.ofMillis(50);
    private static final Duration NEVER = Duration.ofHours(1);

    private static Log log;

    private final List<Ingest> opened = new ArrayList<>();
    private final ExecutorService serverThreads = Executors.newCachedThreadPool();
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private final AtomicInteger requests = new AtomicInteger();
    private Surroundings around;
    private HttpServer server;
    private volatile Site site;
    private String topic;
    private Path state;

    /** What the polled site answers. */
    private interface Site {
        void answer(HttpExchange exchange, int request) throws IOException;
    }

    @BeforeAll
    static void openLog(@TempDir Path folder) {
        log = Log.open(new Log.Settings(folder.resolve("log"), 0, Optional.empty()), failure -> {});
    }

    @AfterAll
    static void closeLog() {
        log.close();
    }

    @BeforeEach
    void openSite(TestInfo test, @TempDir Path folder) throws IOException {
        around = new Surroundings(log);
        topic = test.getTestMethod().orElseThrow().getName();
        state = folder;
        site = (exchange, request) -> send(exchange, 404, "text/plain", "");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                site.answer(exchange, requests.incrementAndGet());
            }
        });
        server.setExecutor(serverThreads);
        server.start();
    }

    @AfterEach
    void closeSite() {
        testIsOver.countDown();
        opened.forEach(Ingest::close);
        server.stop(0);
        serverThreads.shutdownNow();
    }

    @Test
    void theFirstFetchIsAtOnceAndItsEventsAreLogged() {
        site = (exchange, request) -> {
            assertThat(exchange.getRequestHeaders().getFirst("User-Agent")).isEqualTo("Polder");
            send(exchange, 200, "application/json", "[{\"uid\":1},{\"uid\":2}]");
        };
        Ingest ingest = start(polling().every(NEVER));

        awaitValues("{\"uid\":1}", "{\"uid\":2}");
        Awaitility.await().untilAsserted(() -> assertThat(status(ingest).nextAt())
                .isBetween(
                        around.clock.instant().plus(Duration.ofMinutes(59)),
                        around.clock.instant().plus(NEVER)));
        assertThat(status(ingest).state()).isEqualTo("running");
        assertThat(status(ingest).totals()).isEqualTo(new Balance(2, 2, 0, 0, 0));
    }

    @Test
    void anAnswerThatHasNotChangedMakesNoEvents() {
        site = (exchange, request) ->
                send(exchange, 200, "application/json", request < 5 ? "[{\"uid\":1}]" : "[{\"uid\":2}]");
        start(polling().every(FAST));

        awaitValues("{\"uid\":1}", "{\"uid\":2}");
        Awaitility.await().until(() -> requests.get() > 8);
        assertThat(around.values(topic)).hasSize(2);
    }

    @Test
    void theSiteIsToldWhatIsKnownAndItsNotModifiedMakesNoEvents() {
        List<String> asked = new ArrayList<>();
        site = (exchange, request) -> {
            String tag = exchange.getRequestHeaders().getFirst("If-None-Match");
            String date = exchange.getRequestHeaders().getFirst("If-Modified-Since");
            synchronized (asked) {
                asked.add(tag + " " + date);
            }
            if ("\"v1\"".equals(tag)) {
                exchange.sendResponseHeaders(304, -1);
                return;
            }
            exchange.getResponseHeaders().add("ETag", "\"v1\"");
            exchange.getResponseHeaders().add("Last-Modified", "Sun, 01 Mar 2026 11:00:00 GMT");
            send(exchange, 200, "application/json", "[{\"uid\":1}]");
        };
        Ingest ingest = start(polling().every(FAST));

        Awaitility.await().until(() -> requests.get() > 4);
        synchronized (asked) {
            assertThat(asked.get(0)).isEqualTo("null null");
            assertThat(asked.get(1)).isEqualTo("\"v1\" Sun, 01 Mar 2026 11:00:00 GMT");
        }
        awaitValues("{\"uid\":1}");
        assertThat(status(ingest).lastError()).isNull();
    }

    @Test
    void aPackedAnswerIsUnpackedAndARedirectIsFollowed() {
        site = (exchange, request) -> {
            if (!exchange.getRequestURI().getPath().equals("/moved")) {
                exchange.getResponseHeaders().add("Location", "/moved");
                exchange.sendResponseHeaders(302, -1);
                return;
            }
            assertThat(exchange.getRequestHeaders().getFirst("Accept-Encoding")).isEqualTo("gzip");
            byte[] packed = gzip("[{\"uid\":1}]");
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, packed.length);
            exchange.getResponseBody().write(packed);
        };
        start(polling().every(NEVER));

        awaitValues("{\"uid\":1}");
    }

    @Test
    void anErrorOfTheSiteIsToldAndTriedAgainUntilItWorks() {
        site = (exchange, request) -> {
            if (request < 3) {
                send(exchange, 500, "text/plain", "oops");
            } else {
                send(exchange, 200, "application/json", "[{\"uid\":1}]");
            }
        };
        Ingest ingest = start(polling().every(Duration.ofMillis(200)));

        awaitError(ingest, address() + " answered with status 500.");
        awaitValues("{\"uid\":1}");
        Awaitility.await()
                .untilAsserted(() -> assertThat(status(ingest).lastError()).isNull());
        assertThat(status(ingest).state()).isEqualTo("running");
    }

    @Test
    void whatIsTruncatedLeavesNothingBehind() {
        site = (exchange, request) -> send(
                exchange,
                200,
                "text/xml",
                "<readings><reading><uid>1</uid><speed>2</speed></reading><reading><uid>2</uid><spe");
        Ingest ingest = start(polling().format("xml").every(FAST));

        awaitError(ingest, "sent a document that is not well-formed");
        assertThat(around.values(topic)).isEmpty();

        site = (exchange, request) ->
                send(exchange, 200, "text/xml", "<readings><reading><uid>1</uid><speed>2</speed></reading></readings>");
        awaitValues("<reading><uid>1</uid><speed>2</speed></reading>");
    }

    @Test
    void anAnswerThatBreaksOffIsTold() {
        site = (exchange, request) -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("[{\"uid\":1},".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        };
        Ingest ingest = start(polling().every(FAST));

        awaitError(ingest, "broke off its answer");
        assertThat(around.values(topic)).isEmpty();
    }

    @Test
    void anHtmlPageIsNoDocumentOfAnyFormat() {
        site = (exchange, request) -> send(
                exchange,
                200,
                "text/csv",
                "\ufeff\n<!DOCTYPE html><html><head><title>Maintenance</title></head><body>back soon</body></html>");
        Ingest ingest = start(polling().format("csv").every(FAST));

        awaitError(ingest, "sent an HTML page where csv was expected, titled 'maintenance'");
        assertThat(status(ingest).totals()).isEqualTo(Balance.ZERO);
    }

    @Test
    void anotherEncodingIsTold() {
        site = (exchange, request) -> send(exchange, 200, "application/json; charset=iso-8859-1", "[{\"uid\":1}]");
        Ingest ingest = start(polling().every(FAST));

        awaitError(ingest, "sent a document in iso-8859-1, but only UTF-8 is read");
    }

    @Test
    void whatIsTooLargeIsBrokenOff() {
        site = (exchange, request) -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream body = exchange.getResponseBody()) {
                byte[] part = new byte[64 << 10];
                while (testIsOver.getCount() > 0) {
                    body.write(part);
                }
            }
        };
        Ingest ingest = start(polling().maxBytes(3_000_000).every(FAST));

        awaitError(ingest, "sent more than max_size, 3 MB");
    }

    @Test
    void aSiteThatIsSlowOrStopsInTheMiddleRunsIntoTheTimeout() {
        site = (exchange, request) -> {
            if (request > 1) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write('[');
                exchange.getResponseBody().flush();
            }
            awaitEndOfTest();
        };
        Ingest ingest = start(polling().timeout(Duration.ofMillis(300)).every(FAST));

        awaitError(ingest, "did not answer in full within 0.3 s (timeout)");
        Awaitility.await().until(() -> requests.get() > 2);
        assertThat(status(ingest).state()).isEqualTo("failing");
    }

    @Test
    void aSiteThatCannotBeReachedIsToldAndTheOtherFeedsGoOn() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        site = (exchange, request) -> send(exchange, 200, "application/json", "[{\"uid\":1}]");
        Ingest ingest = start(
                TestFeeds.polling(
                                topic + "Away", URI.create("http://user:secret@127.0.0.1:" + nobody + "/x?key=secret"))
                        .every(FAST),
                polling().every(FAST));

        awaitError(ingest, "http://127.0.0.1:" + nobody + "/x cannot be reached");
        assertThat(status(ingest).lastError()).doesNotContain("secret");
        awaitValues("{\"uid\":1}");
        assertThat(ingest.feeds().get(1).state()).isEqualTo("running");
    }

    @Test
    void aPausedFeedDoesNotFetchAndAResumedOneFetchesAtOnce() {
        site = (exchange, request) -> send(exchange, 200, "application/json", "[{\"uid\":" + request + "}]");
        Ingest ingest = start(polling().every(NEVER));
        awaitValues("{\"uid\":1}");

        ingest.pause(topic);
        assertThat(status(ingest).state()).isEqualTo("paused");
        assertThat(status(ingest).nextAt()).isNull();
        ingest.close();
        Ingest second = start(polling().every(FAST));
        assertThat(status(second).state()).isEqualTo("paused");
        assertThat(requests).hasValue(1);
        second.resume(topic);

        Awaitility.await().untilAsserted(() -> assertThat(around.values(topic)).contains("{\"uid\":2}"));
    }

    @Test
    void whileTheDiskIsFullNothingIsFetched() {
        site = (exchange, request) -> send(exchange, 200, "application/json", "[{\"uid\":1}]");
        around.closed = Optional.of("The disk is full.");
        Ingest ingest = start(polling().every(FAST));

        assertThat(status(ingest).state()).isEqualTo("waiting");
        assertThat(status(ingest).lastError()).isEqualTo("The disk is full.");
        around.closed = Optional.empty();

        awaitValues("{\"uid\":1}");
        assertThat(status(ingest).state()).isEqualTo("running");
    }

    @Test
    void closingDoesNotWaitForASlowSite() {
        site = (exchange, request) -> awaitEndOfTest();
        Ingest ingest = start(polling());
        Awaitility.await().until(() -> requests.get() == 1);

        long start = System.nanoTime();
        ingest.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }

    private TestFeeds polling() {
        return TestFeeds.polling(topic, URI.create(address()));
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/data";
    }

    private Ingest start(TestFeeds... feeds) {
        Ingest ingest = around.open(state, TestFeeds.mart(state, feeds));
        opened.add(ingest);
        ingest.start();
        return ingest;
    }

    private void awaitValues(String... values) {
        Awaitility.await().untilAsserted(() -> assertThat(around.values(topic)).containsExactly(values));
    }

    private static void awaitError(Ingest ingest, String part) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(status(ingest).lastError()).isNotNull().contains(part));
        assertThat(status(ingest).lastErrorAt()).isNotNull();
    }

    private static FeedStatus status(Ingest ingest) {
        return ingest.feeds().get(0);
    }

    private void awaitEndOfTest() {
        try {
            testIsOver.await();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, @Nullable String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (type != null) {
            exchange.getResponseHeaders().add("Content-Type", type);
        }
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }
}
