package io.polder.simulate;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the two feeds on the loopback address. Thread-safe.
 *
 * <p>An answer is streamed from the readings of the minute, 340 bytes a point, and not kept: the document is 8 MB long. The
 * readings of the next minute are computed while nobody waits.
 */
final class MivServer implements AutoCloseable {
    static final String TRAFFIC = "/miv/verkeersdata";
    static final String POINTS = "/miv/configuratie/xml";
    static final String FAULT = "/fault";

    private static final Logger LOG = LoggerFactory.getLogger(MivServer.class);
    private static final int THREADS = 4;
    private static final long HUGE_BYTES = 520L << 20;
    private static final long SLOW_SECONDS = 60;
    private static final int MOST_FAULTS = 10_000;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final String XML = "application/xml;charset=UTF-8";
    private static final String TEXT = "text/plain;charset=UTF-8";

    /** The readings of all points in a minute. */
    private record Minute(long minute, List<Reading> readings) {}

    private final CompletableFuture<MivSimulator> loading;
    private final Clock clock;
    private final HttpServer server;
    private final ExecutorService workers;
    private final AtomicReference<@Nullable Minute> current = new AtomicReference<>();
    private final AtomicReference<@Nullable Minute> next = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Serves at {@code port}, or at any free port when it is 0; an answer waits until the simulator is loaded. */
    MivServer(CompletableFuture<MivSimulator> loading, Clock clock, int port) {
        this.loading = loading;
        this.clock = clock;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "simulate --port = '" + port + "': the port is taken. Fix: choose another, or 0 for any free one.",
                    failure);
        }
        AtomicInteger number = new AtomicInteger();
        workers = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "simulator-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(workers);
        server.createContext("/", exchange -> answer(exchange, this::missing));
        server.createContext(TRAFFIC, exchange -> answer(exchange, this::traffic));
        server.createContext(POINTS, exchange -> answer(exchange, this::points));
        server.createContext(FAULT, exchange -> answer(exchange, this::fault));
        server.start();
        workers.execute(this::published);
    }

    private MivSimulator simulator() {
        return loading.join();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Makes the next {@code times} answers of either feed faulty, after those that already are to be. */
    void failNext(Fault fault, int times) {
        for (int count = 0; count < times; count++) {
            faults.add(fault);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        workers.shutdownNow();
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private void answer(HttpExchange exchange, Handler handler) {
        try (exchange) {
            handler.handle(exchange);
        } catch (IOException gone) {
            LOG.debug("A client went away before {} was sent.", exchange.getRequestURI(), gone);
        } catch (RuntimeException failure) {
            LOG.error("Answering {} failed.", exchange.getRequestURI(), failure);
        }
    }

    private void traffic(HttpExchange exchange) throws IOException {
        if (!isReadable(exchange, TRAFFIC)) {
            return;
        }
        Minute minute = published();
        Instant modified = Instant.ofEpochSecond((minute.minute() + 1) * 60);
        send(exchange, "\"miv-" + simulator().seed() + "-" + minute.minute() + "\"", modified, out -> {
            TrafficDocument document = new TrafficDocument(out);
            document.write(simulator().real(), minute.minute(), simulator().detectors(), minute.readings());
        });
        prepare(minute.minute() + 1);
    }

    private void points(HttpExchange exchange) throws IOException {
        if (!isReadable(exchange, POINTS)) {
            return;
        }
        String configured = simulator().real().configured();
        Instant modified = OffsetDateTime.parse(configured).toInstant();
        send(exchange, "\"miv-points-" + modified.getEpochSecond() + "\"", modified, out -> {
            out.write(BYTE_ORDER_MARK);
            out.write(RealMinute.configuration());
        });
    }

    private void fault(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            refuse(exchange, 405, "Use POST, as in: curl -X POST '" + FAULT + "?next=html&times=3'.");
            return;
        }
        Fault fault = Fault.of(parameter(exchange, "next", "")).orElse(null);
        int times = times(parameter(exchange, "times", "1"));
        if (fault == null || times < 1) {
            List<String> words = Arrays.stream(Fault.values()).map(Fault::word).toList();
            refuse(
                    exchange,
                    400,
                    "next is one of " + String.join(", ", words) + "; times a number from 1 to " + MOST_FAULTS + ".");
            return;
        }
        failNext(fault, times);
        exchange.sendResponseHeaders(204, -1);
    }

    private void missing(HttpExchange exchange) throws IOException {
        refuse(exchange, 404, "There are two feeds here: " + TRAFFIC + " and " + POINTS + ".");
    }

    private boolean isReadable(HttpExchange exchange, String path) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(path)) {
            missing(exchange);
            return false;
        }
        if (!exchange.getRequestMethod().equals("GET")
                && !exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            refuse(exchange, 405, "Use GET or HEAD.");
            return false;
        }
        return true;
    }

    private interface Body {
        void write(OutputStream out) throws IOException;
    }

    private void send(HttpExchange exchange, String tag, Instant modified, Body body) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        Fault fault = faults.poll();
        if (fault == Fault.ERROR) {
            refuse(exchange, 503, "The service is not available.");
            return;
        }
        if (fault == Fault.HTML) {
            answer.set("Content-Type", "text/html;charset=UTF-8");
            write(exchange, 200, "<!DOCTYPE html>\n<html><body><h1>Maintenance</h1><p>Back soon.</body></html>\n");
            return;
        }
        answer.set("Content-Type", XML);
        if (fault != null) {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                spoil(fault, body, out);
            }
            return;
        }
        answer.set("ETag", tag);
        answer.set("Last-Modified", DateTimeFormatter.RFC_1123_DATE_TIME.format(modified.atOffset(ZoneOffset.UTC)));
        if (isUnchanged(exchange.getRequestHeaders(), tag, modified)) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            body.write(out);
        }
    }

    private void spoil(Fault fault, Body body, OutputStream out) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(1 << 20);
        body.write(whole);
        byte[] document = whole.toByteArray();
        switch (fault) {
            case TRUNCATE -> out.write(document, 0, document.length / 2);
            case SLOW -> {
                out.write(document, 0, document.length / 2);
                out.flush();
                if (isOpenAfter(SLOW_SECONDS)) {
                    out.write(document, document.length / 2, document.length - document.length / 2);
                }
            }
            case HUGE -> {
                int first = indexOf(document, "    <meetpunt ", 0);
                int second = indexOf(document, "    <meetpunt ", first + 1);
                out.write(document, 0, first);
                byte[] point = Arrays.copyOfRange(document, first, second);
                for (long sent = first; sent < HUGE_BYTES; sent += point.length) {
                    out.write(point);
                }
                out.write(document, first, document.length - first);
            }
            case ENCODING -> {
                int inside = indexOf(document, "    <meetpunt ", 0);
                out.write(document, 0, inside);
                out.write("    <!-- donn\u00E9es -->\n".getBytes(StandardCharsets.ISO_8859_1));
                out.write(document, inside, document.length - inside);
            }
            case HTML, ERROR -> throw new IllegalArgumentException("The fault " + fault + " has no document.");
        }
    }

    private boolean isOpenAfter(long seconds) {
        try {
            return !closed.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** If-None-Match decides when it is there, else If-Modified-Since. */
    private static boolean isUnchanged(Headers request, String tag, Instant modified) {
        String known = request.getFirst("If-None-Match");
        if (known != null) {
            return Arrays.stream(known.split(","))
                    .map(String::strip)
                    .anyMatch(candidate ->
                            candidate.equals(tag) || candidate.equals("W/" + tag) || candidate.equals("*"));
        }
        String since = request.getFirst("If-Modified-Since");
        if (since == null) {
            return false;
        }
        try {
            Instant seen = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(since));
            return !modified.isAfter(seen);
        } catch (DateTimeParseException notADate) {
            // RFC 9110, 13.1.3: a recipient must ignore the field if its value is not a valid date.
            return false;
        }
    }

    private Minute published() {
        long minute = clock.lastMinute();
        Minute known = current.get();
        if (known != null && known.minute() == minute) {
            return known;
        }
        Minute prepared = next.get();
        Minute published = prepared != null && prepared.minute() == minute ? prepared : compute(minute);
        current.set(published);
        return published;
    }

    private void prepare(long minute) {
        Minute prepared = next.get();
        if (prepared == null || prepared.minute() != minute) {
            next.set(compute(minute));
        }
    }

    private Minute compute(long minute) {
        return new Minute(minute, simulator().minute(minute, simulator().detectors()));
    }

    private static void refuse(HttpExchange exchange, int status, String sentence) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", TEXT);
        write(exchange, status, sentence + "\n");
    }

    private static void write(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, hasBody ? bytes.length : -1);
        if (hasBody) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        }
    }

    private static String parameter(HttpExchange exchange, String name, String otherwise) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query == null) {
            return otherwise;
        }
        return Arrays.stream(query.split("&"))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                .findFirst()
                .orElse(otherwise);
    }

    private static int times(String text) {
        return text.matches("[0-9]{1,5}") ? Math.min(Integer.parseInt(text), MOST_FAULTS) : 0;
    }

    private static int indexOf(byte[] document, String text, int from) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        for (int start = from; start <= document.length - wanted.length; start++) {
            if (Arrays.equals(document, start, start + wanted.length, wanted, 0, wanted.length)) {
                return start;
            }
        }
        return document.length;
    }
}
