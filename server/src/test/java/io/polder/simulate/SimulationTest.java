package io.polder.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final Instant NOW = Instant.parse("2025-07-03T14:21:07Z");

    private final AtomicReference<Instant> time = new AtomicReference<>(NOW);
    private final InstantSource clock = time::get;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void servesTheLastCompleteMinuteWithAByteOrderMark() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            HttpResponse<String> answer = get(simulation.traffic());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/xml;charset=UTF-8");
            assertThat(answer.headers().firstValue("Last-Modified")).contains("Thu, 3 Jul 2025 14:21:00 GMT");
            assertThat(answer.body()).startsWith("\uFEFF<?xml").endsWith("</miv>\n");
            assertThat(observed(answer.body())).isEqualTo("2025-07-03T15:20:00+01:00");
        }
    }

    @Test
    void servesTheConfigurationOfAllPoints() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            HttpResponse<String> answer = get(simulation.points());

            assertThat(answer.body()).startsWith("\uFEFF<?xml").contains("<meetpunt unieke_id=\"2301\">");
            String tag = answer.headers().firstValue("ETag").orElseThrow();
            assertThat(get(simulation.points(), "If-None-Match", tag).statusCode())
                    .isEqualTo(304);
        }
    }

    @Test
    void saysNotModifiedUntilTheNextMinute() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            HttpResponse<String> first = get(simulation.traffic());
            String tag = first.headers().firstValue("ETag").orElseThrow();
            String modified = first.headers().firstValue("Last-Modified").orElseThrow();

            assertThat(get(simulation.traffic(), "If-None-Match", tag).statusCode())
                    .isEqualTo(304);
            assertThat(get(simulation.traffic(), "If-None-Match", "W/" + tag + ", \"other\"")
                            .statusCode())
                    .isEqualTo(304);
            assertThat(get(simulation.traffic(), "If-Modified-Since", modified).statusCode())
                    .isEqualTo(304);
            assertThat(get(simulation.traffic(), "If-Modified-Since", "yesterday")
                            .statusCode())
                    .isEqualTo(200);

            time.set(NOW.plusSeconds(60));

            HttpResponse<String> second = get(simulation.traffic(), "If-None-Match", tag);
            assertThat(second.statusCode()).isEqualTo(200);
            assertThat(second.headers().firstValue("ETag")).isNotEqualTo(java.util.Optional.of(tag));
            assertThat(observed(second.body())).isEqualTo("2025-07-03T15:21:00+01:00");
            assertThat(get(simulation.traffic(), "If-Modified-Since", modified).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void atSpeedSixtyEverySecondIsAMinuteOfTheWeekBefore() throws Exception {
        try (Simulation simulation = Simulation.start(0, 60, 1, clock)) {
            assertThat(simulation.period()).isEqualTo(Duration.ofSeconds(1));
            assertThat(simulation.starts()).isEqualTo(NOW.minus(Duration.ofDays(7)));
            assertThat(observed(get(simulation.traffic()).body())).isEqualTo("2025-06-26T15:20:00+01:00");

            time.set(NOW.plusSeconds(1));
            assertThat(observed(get(simulation.traffic()).body())).isEqualTo("2025-06-26T15:21:00+01:00");

            time.set(NOW.plusSeconds(61));
            assertThat(observed(get(simulation.traffic()).body())).isEqualTo("2025-06-26T16:21:00+01:00");
        }
    }

    @Test
    void simulatedTimeNeverPassesTheRealTime() throws Exception {
        try (Simulation simulation = Simulation.start(0, 60, 1, clock)) {
            Instant later = NOW.plus(Duration.ofDays(30));
            time.set(later);

            assertThat(simulation.now()).isEqualTo(later);
            assertThat(observed(get(simulation.traffic()).body())).isEqualTo("2025-08-02T15:20:00+01:00");
        }
    }

    @Test
    void aSimulationGoesOnWhereItStopped() throws Exception {
        Instant began = NOW.minus(Duration.ofDays(9));
        Instant until = NOW.minus(Duration.ofDays(2));
        Simulation.Past past = new Simulation.Past(began, until);
        try (Simulation fast = Simulation.goOn(0, 60, 1, clock, past)) {
            assertThat(fast.began()).isEqualTo(began);
            assertThat(fast.starts()).isEqualTo(until);
            assertThat(observed(get(fast.traffic()).body())).isEqualTo("2025-07-01T15:20:00+01:00");

            time.set(NOW.plusSeconds(1));
            assertThat(observed(get(fast.traffic()).body())).isEqualTo("2025-07-01T15:21:00+01:00");
        }
        time.set(NOW);
        try (Simulation atRealTime = Simulation.goOn(0, 1, 1, clock, past)) {
            assertThat(atRealTime.starts()).isEqualTo(NOW);
        }
        for (Duration off : List.of(Duration.ofDays(8), Duration.ofHours(-1))) {
            Instant far = NOW.minus(off);
            Instant expected = off.isNegative() ? NOW : NOW.minus(Duration.ofDays(7));
            try (Simulation fast = Simulation.goOn(0, 60, 1, clock, new Simulation.Past(began, far))) {
                assertThat(fast.starts()).isEqualTo(expected);
            }
        }
    }

    @Test
    void pointsThatStoppedLongAgoKeepTheirTimesWhenItGoesOn() throws Exception {
        String old;
        try (Simulation first = Simulation.start(0, 1, 1, clock)) {
            old = stopped(get(first.traffic()).body());
        }
        time.set(NOW.plus(Duration.ofDays(3)));
        try (Simulation second = Simulation.goOn(0, 1, 1, clock, new Simulation.Past(NOW, NOW.plusSeconds(90)))) {
            assertThat(stopped(get(second.traffic()).body())).isEqualTo(old);
        }
    }

    @Test
    void twoSimulationsWithOneSeedServeTheSameBytes() throws Exception {
        try (Simulation one = Simulation.start(0, 1, 5, clock);
                Simulation other = Simulation.start(0, 1, 5, clock);
                Simulation different = Simulation.start(0, 1, 6, clock)) {
            String document = get(one.traffic()).body();

            assertThat(get(other.traffic()).body()).isEqualTo(document);
            assertThat(get(different.traffic()).body()).isNotEqualTo(document);
        }
    }

    @Test
    void aHeadRequestIsAnsweredWithoutABody() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(simulation.traffic())
                            .method("HEAD", HttpRequest.BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("ETag")).isPresent();
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void otherPathsAndMethodsAreRefusedWithASentence() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            assertThat(get(simulation.traffic().resolve("/miv/verkeersdata/all"))
                            .statusCode())
                    .isEqualTo(404);
            assertThat(get(simulation.traffic().resolve("/")).body()).contains("/miv/verkeersdata");
            assertThat(post(simulation.traffic()).statusCode()).isEqualTo(405);
            assertThat(post(simulation.traffic().resolve("/fault?next=flood")).body())
                    .contains("truncate, html");
        }
    }

    @Test
    void faultsSpoilTheNextAnswersAndNoMore() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            String whole = get(simulation.traffic()).body();

            simulation.failNext(Fault.TRUNCATE, 1);
            simulation.failNext(Fault.HTML, 2);
            simulation.failNext(Fault.ERROR, 1);
            assertThat(post(simulation.traffic().resolve("/fault?next=encoding&times=1"))
                            .statusCode())
                    .isEqualTo(204);

            String truncated = get(simulation.traffic()).body();
            assertThat(truncated).hasSizeLessThan(whole.length() * 3 / 4).startsWith("\uFEFF<?xml");
            assertThat(get(simulation.traffic()).body()).startsWith("<!DOCTYPE html>");
            assertThat(get(simulation.points()).body()).startsWith("<!DOCTYPE html>");
            assertThat(get(simulation.traffic()).statusCode()).isEqualTo(503);
            byte[] mangled = client.send(
                            HttpRequest.newBuilder(simulation.traffic()).build(), BodyHandlers.ofByteArray())
                    .body();
            assertThat(new String(mangled, StandardCharsets.UTF_8)).contains("donn\uFFFDes");
            assertThat(get(simulation.traffic()).body()).isEqualTo(whole);
        }
    }

    @Test
    void aHugeAnswerGoesOnUntilTheClientHasEnough() throws Exception {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            simulation.failNext(Fault.HUGE, 1);
            HttpResponse<InputStream> answer =
                    client.send(HttpRequest.newBuilder(simulation.traffic()).build(), BodyHandlers.ofInputStream());
            long read = 0;
            byte[] buffer = new byte[1 << 16];
            try (InputStream body = answer.body()) {
                while (read < 30_000_000) {
                    int count = body.read(buffer);
                    assertThat(count).isPositive();
                    read += count;
                }
            }

            assertThat(get(simulation.traffic()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aSlowAnswerHangsHalfWay() throws Exception {
        Simulation simulation = Simulation.start(0, 1, 1, clock);
        simulation.failNext(Fault.SLOW, 1);
        HttpResponse<InputStream> answer =
                client.send(HttpRequest.newBuilder(simulation.traffic()).build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            assertThat(body.readNBytes(3_000_000)).hasSize(3_000_000);
            assertThat(get(simulation.traffic()).statusCode())
                    .as("the others are answered meanwhile")
                    .isEqualTo(200);

            simulation.close();

            assertThatThrownBy(() -> {
                        if (body.readAllBytes().length < 3_000_000) {
                            throw new IOException("ended early");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aTakenPortIsToldWithTheFix() {
        try (Simulation simulation = Simulation.start(0, 1, 1, clock)) {
            assertThatThrownBy(() -> Simulation.start(simulation.port(), 1, 1, clock))
                    .isInstanceOf(PolderException.class)
                    .hasMessageContaining("'" + simulation.port() + "': the port is taken. Fix:")
                    .extracting(failure -> ((PolderException) failure).code())
                    .isEqualTo(ErrorCode.CONFLICT);
        }
    }

    private HttpResponse<String> get(URI address, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> post(URI address) throws Exception {
        return client.send(
                HttpRequest.newBuilder(address)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    /** The times of the points that stopped long ago. */
    private static String stopped(String document) {
        String times = Pattern.compile(
                        "<tijd_waarneming>([^<]*)<[^<]*<tijd_laatst_gewijzigd>[^<]*<[^<]*<actueel_publicatie>0<")
                .matcher(document)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.joining(" "));
        assertThat(times.split(" ")).hasSize(78);
        return times;
    }

    private static String observed(String document) {
        Matcher matcher = Pattern.compile("<tijd_waarneming>([^<]*)<").matcher(document);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
