package io.polder.agent;

import static io.polder.agent.AgentFixture.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers of Flume's HTTP source, row by row, and where they are better. */
class HttpSourceTest {
    private static final String LINES = """
            sources = r
            channels = c
            sinks = k
            sources.r.type = http
            sources.r.bind = 127.0.0.1
            sources.r.port = 0
            sources.r.channels = c
            channels.c.type = memory
            channels.c.transactionCapacity = 10
            channels.c.keep-alive = 0
            sinks.k.type = file_roll
            sinks.k.channel = c
            sinks.k.sink.batchSize = 10
            sinks.k.sink.serializer = HEADER_AND_TEXT
            """;

    @TempDir
    private Path home;

    private Path out;
    private AgentFixture agent;

    @BeforeEach
    void start() throws IOException {
        out = Files.createDirectories(home.resolve("out"));
        agent = AgentFixture.start(home, LINES + "sinks.k.sink.directory = " + out + "\n");
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void everyRequestOfAKeptConnectionIsAnswered() {
        String large = "[{\"body\":\"" + "x".repeat(100_000) + "\"}]";
        for (int request = 0; request < 1_000; request++) {
            assertThat(agent.post(request % 20 == 0 ? large : events(request, 1))
                            .statusCode())
                    .isIn(200, 503);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "good batch        | [{\"headers\":{\"a\":\"1\"},\"body\":\"x\"}] | {a=1} x",
                "number as body    | [{\"body\":5.50}]                         | {} 5.50",
                "true as body      | [{\"body\":true}]                         | {} true",
                "null as body      | [{\"body\":null}]                         | {} ",
                "no body           | [{\"headers\":{}}]                        | {} ",
                "headers null      | [{\"headers\":null,\"body\":\"x\"}]       | {} x",
                "unknown fields    | [{\"more\":{\"a\":[1]},\"body\":\"x\"}]   | {} x",
                "number as header  | [{\"headers\":{\"a\":1},\"body\":\"x\"}]  | {a=1} x",
                "a true header     | [{\"headers\":{\"a\":true},\"body\":\"x\"}] | {a=true} x",
                "empty array       | [{\"headers\":[],\"body\":\"x\"}]         | {} x",
                "pairs             | [{\"headers\":[[\"a\",\"1\"]],\"body\":\"x\"}] | {a=1} x",
                "single quotes     | [{'headers':{'a':'1'},'body':'it\\'s'}]  | {a=1} it's",
                "bare names        | [{headers:{a:\"1\"},body:\"x\"}]          | {a=1} x",
                "comments          | [/* c */{\"body\":\"x\"}/* c */]         | {} x",
                "control character | [{\"body\":\"a\tb\"}]                    | {} a\tb",
                "escapes           | [{\"body\":\"\\u00e9\\\"\"}]              | {} é\"",
            })
    void whatFlumeTakesIsTaken(String what, String body, String line) {
        HttpResponse<String> answer = agent.post(body);

        assertThat(answer.statusCode()).as(what).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        await().untilAsserted(
                        () -> assertThat(AgentFixture.lines(out)).containsExactly(line.equals("{}") ? "{} " : line));
    }

    @Test
    void anEmptyArrayIsTakenOnAnyPathAndWithAnyContentType() {
        assertThat(agent.post("[]").statusCode()).isEqualTo(200);
        assertThat(agent.send(HttpRequest.newBuilder()
                                .header("Content-Type", "image/png")
                                .POST(BodyPublishers.ofString("[{\"body\":\"x\"}]")))
                        .statusCode())
                .isEqualTo(200);
        assertThat(agent.count("SOURCE.r", "AppendBatchAcceptedCount")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "malformed      | [{",
                "an object      | {\"body\":\"x\"}",
                "body an object | [{\"body\":{\"a\":1}}]",
                "null event     | [null]",
                "comma at end   | [{\"body\":\"x\"},]",
                "header twice   | [{\"headers\":{\"a\":\"1\",\"a\":\"2\"}}]",
                "header object  | [{\"headers\":{\"a\":{}}}]",
                "no pairs       | [{\"headers\":[[\"a\"]]}]",
                "three in one   | [{\"headers\":[[\"a\",\"b\",\"c\"]]}]",
                "no pairs       | [{\"headers\":[\"a\",\"b\"]}]",
                "unknown escape | [{\"body\":\"a\\qb\"}]",
                "more behind    | [] []",
            })
    void whatIsNoArrayOfEventsIs400WithTheFix(String what, String body) {
        HttpResponse<String> answer = agent.post(body);

        assertThat(answer.statusCode()).as(what).isEqualTo(400);
        assertThat(answer.body()).contains("Fix: ");
        assertThat(agent.count("SOURCE.r", "EventReadFail")).isEqualTo(1);
        assertThat(agent.count("SOURCE.r", "EventReceivedCount")).isZero();
    }

    @Test
    void whatIsWrongWithABodyIsToldInWordsOfItsSender() {
        assertThat(agent.post("[{\"body\":\"x\"").body())
                .isEqualTo("The body is not JSON: Unexpected end-of-input: expected close marker for Object"
                        + " (line 1, column 13). Fix: send an array of events.\n");
    }

    @Test
    void anEmptyRequestIs400WhateverItsMethod() {
        assertThat(agent.post("").statusCode()).isEqualTo(400);
        assertThat(agent.send(HttpRequest.newBuilder().GET()).statusCode()).isEqualTo(400);
        assertThat(agent.send(HttpRequest.newBuilder().method("HEAD", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void otherMethodsAre405WithThoseThatThereAre() {
        HttpResponse<String> answer = agent.send(HttpRequest.newBuilder().PUT(BodyPublishers.ofString("[]")));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("POST, GET, HEAD");
        assertThat(agent.send(HttpRequest.newBuilder().DELETE()).statusCode()).isEqualTo(405);
    }

    @Test
    void otherCharsetsAre415AndUtf16And32AreRead() {
        assertThat(inCharset("ISO-8859-1", StandardCharsets.ISO_8859_1)).isEqualTo(415);
        assertThat(inCharset("nonsense", StandardCharsets.UTF_8)).isEqualTo(415);
        assertThat(inCharset("utf-16", StandardCharsets.UTF_16)).isEqualTo(200);
        assertThat(inCharset("UTF-32", Charset.forName("UTF-32"))).isEqualTo(200);
    }

    private int inCharset(String name, Charset charset) {
        return agent.send(HttpRequest.newBuilder()
                        .header("Content-Type", "application/json; charset=" + name)
                        .POST(BodyPublishers.ofByteArray("[{\"body\":\"x\"}]".getBytes(charset))))
                .statusCode();
    }

    @Test
    void aBatchThatCanNeverFitIs413AndSaysTheLimit() {
        HttpResponse<String> answer = agent.post(events(0, 11));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("11 events").contains("at most 10").contains("transactionCapacity");
        assertThat(agent.count("SOURCE.r", "ChannelWriteFail")).isEqualTo(1);
    }

    @Test
    void aBodyAboveItsLimitIs413(@TempDir Path other) {
        try (AgentFixture small = AgentFixture.start(
                other, LINES + "sources.r.maxBodyBytes = 100\nsinks.k.sink.directory = " + out + "\n")) {
            assertThat(small.post(events(0, 50)).statusCode()).isEqualTo(413);
            assertThat(small.send(HttpRequest.newBuilder()
                                    .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(
                                            events(0, 50).getBytes(StandardCharsets.UTF_8)))))
                            .statusCode())
                    .isEqualTo(413);
            assertThat(small.post("[]").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aFullChannelIs503WithRetryAfter(@TempDir Path other) {
        String noSink = LINES.replace("sinks = k", "").replaceAll("(?m)^sinks\\.k.*$", "");
        try (AgentFixture full = AgentFixture.start(other, noSink + "channels.c.capacity = 10\n")) {
            assertThat(full.post(events(0, 10)).statusCode()).isEqualTo(200);

            HttpResponse<String> answer = full.post(events(10, 1));

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            assertThat(answer.body()).contains("Channel 'c' is full");
        }
    }

    @Test
    void aBlobIsOneEventWithTheQueryAsHeaders(@TempDir Path other) throws Exception {
        try (AgentFixture blobs = AgentFixture.start(
                other,
                LINES + "sources.r.handler = org.apache.flume.sink.solr.morphline.BlobHandler\n"
                        + "sinks.k.sink.directory = " + out + "\n")) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + blobs.port() + "/?name=a%20b"))
                                    .POST(BodyPublishers.ofString("anything"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(AgentFixture.lines(out)).containsExactly("{name=a b} anything"));
        }
    }

    @Test
    void overTls(@TempDir Path other) throws Exception {
        Path keystore = other.resolve("keystore.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "agent",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        keystore.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor()).isZero();
        try (AgentFixture tls = AgentFixture.start(
                other,
                LINES + "sources.r.ssl = true\nsources.r.keystore = " + keystore
                        + "\nsources.r.keystore-password = changeit\nsources.r.keystore-type = PKCS12\n"
                        + "sinks.k.sink.directory = " + out + "\n")) {
            HttpResponse<String> answer = trusting()
                    .send(
                            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + tls.port() + "/"))
                                    .POST(BodyPublishers.ofString("[{\"body\":\"secret\"}]"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(AgentFixture.lines(out)).isEqualTo(List.of("{} secret")));
        }
    }

    private static HttpClient trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    /** Of this class and not the plain interface, so that the client does not check the name either. */
    private static final class Trusting extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
