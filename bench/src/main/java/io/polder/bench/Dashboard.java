package io.polder.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Two hundred clients, each with a connection of its own, who ask twenty different queries about the last minutes of a
 * table, once a second each, and take answers up to a second old, while 10,000 events a second come in.
 */
final class Dashboard {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CLIENTS = 200;
    private static final double RATE = 10_000;
    private static final int SUBJECTS = 4_254;
    private static final long START = 1_767_225_600_000L;
    private static final int WARM_SECONDS = 15;

    private Dashboard() {}

    static Result run(Program program, AtomicLong sequence, int minutes, int seconds) throws Exception {
        Instant since = Instant.ofEpochMilli(START + (sequence.get() / SUBJECTS - minutes) * 60_000L);
        List<String> queries = queries(since);
        List<byte[]> requests = new ArrayList<>();
        for (String query : queries) {
            requests.add(request(program.port(), query));
        }
        Load load = new Load(program.port(), 4, RATE, sequence);
        Ingest.sleep(WARM_SECONDS);
        long first = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_SECONDS);
        long end = first + TimeUnit.SECONDS.toNanos(seconds);
        List<Double> milliseconds = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        List<Thread> clients = new ArrayList<>();
        for (int index = 0; index < CLIENTS; index++) {
            int number = index;
            Thread client = new Thread(() -> {
                try {
                    List<Double> mine = ask(program.port(), requests, number, first, end);
                    synchronized (milliseconds) {
                        milliseconds.addAll(mine);
                    }
                } catch (IOException | UncheckedIOException failure) {
                    synchronized (milliseconds) {
                        failures.add(failure.toString());
                    }
                }
            });
            client.setDaemon(true);
            client.start();
            clients.add(client);
        }
        Ingest.sleep(WARM_SECONDS);
        double cpu = program.cpuSeconds();
        Usage ours = Usage.now();
        long accepted = load.accepted();
        Ingest.sleep(seconds);
        double used = program.cpuSeconds() - cpu;
        double clientCpu = Usage.now().minus(ours).cpuNanos() / 1e9;
        double events = load.accepted() - accepted;
        JsonNode freshness = program.get("/api/freshness").at("/tables/0/accepted");
        for (Thread client : clients) {
            client.join();
        }
        load.finish();
        if (!failures.isEmpty()) {
            throw new IOException(failures.size() + " clients ended early: " + failures.get(0));
        }
        milliseconds.sort(null);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("minutes read", minutes);
        numbers.put("events a second", Math.round(events / seconds));
        numbers.put("answers a second", Math.round((double) milliseconds.size() / seconds));
        numbers.put("answer p50 ms", quantile(milliseconds, 0.5));
        numbers.put("answer p99 ms", quantile(milliseconds, 0.99));
        numbers.put("answer max ms", quantile(milliseconds, 1));
        numbers.put("accepted to committed p50 ms", freshness.path("p50").asLong());
        numbers.put("accepted to committed p99 ms", freshness.path("p99").asLong());
        numbers.put("CPU s a second", Math.round(used / seconds * 100) / 100.0);
        numbers.put("CPU s a second of clients and load", Math.round(clientCpu / seconds * 100) / 100.0);
        numbers.put("resident MiB", program.residentMebibytes());
        return new Result("sql dashboard", numbers);
    }

    private static List<Double> ask(int port, List<byte[]> requests, int number, long first, long end)
            throws IOException {
        List<Double> milliseconds = new ArrayList<>();
        long second = TimeUnit.SECONDS.toNanos(1);
        // Spread over the second, as people are who opened the page at different times.
        long due = System.nanoTime() + second * number / CLIENTS;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int round = number; due < end; round++, due += second) {
                for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                long start = System.nanoTime();
                out.write(requests.get(round % requests.size()));
                out.flush();
                String status = Load.answer(in);
                if (!status.contains(" 200")) {
                    throw new IOException(status);
                }
                if (start >= first) {
                    milliseconds.add((System.nanoTime() - start) / 1e6);
                }
                // Who was answered late asks again when the next second begins; no answer is asked for twice at once.
                due = Math.max(due, System.nanoTime() - second);
            }
        }
        return milliseconds;
    }

    private static byte[] request(int port, String sql) throws IOException {
        byte[] body = JSON.writeValueAsBytes(Map.of("sql", sql, "max_age", 1, "limit", 1000));
        return ("POST /api/sql HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n"
                        + new String(body, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** What a dashboard of traffic draws: numbers, rankings, curves over time and distributions. */
    private static List<String> queries(Instant since) {
        String from = " FROM readings WHERE time >= CAST('"
                + since.toString().replace("T", " ").replace("Z", "") + "' AS TIMESTAMP)";
        return List.of(
                "SELECT count(*)" + from,
                "SELECT avg(speed)" + from,
                "SELECT sum(vehicles)" + from,
                "SELECT max(time)" + from,
                "SELECT count(DISTINCT uid)" + from,
                "SELECT road, avg(speed)" + from + " GROUP BY road ORDER BY 2 LIMIT 10",
                "SELECT road, sum(vehicles)" + from + " GROUP BY road ORDER BY 2 DESC LIMIT 10",
                "SELECT road, max(occupancy)" + from + " GROUP BY road",
                "SELECT lane, count(*), avg(speed)" + from + " GROUP BY lane",
                "SELECT lane, avg(occupancy)" + from + " AND speed > 0 GROUP BY lane",
                "SELECT date_trunc('hour', time), avg(speed)" + from + " GROUP BY 1 ORDER BY 1",
                "SELECT date_trunc('hour', time), sum(vehicles)" + from + " GROUP BY 1 ORDER BY 1",
                "SELECT date_trunc('minute', time), avg(speed)" + from + " AND road = 'A0030017' GROUP BY 1 ORDER BY 1",
                "SELECT date_trunc('minute', time), sum(vehicles)" + from + " AND uid = 29 GROUP BY 1 ORDER BY 1",
                "SELECT speed // 10, count(*)" + from + " GROUP BY 1 ORDER BY 1",
                "SELECT vehicles, count(*)" + from + " GROUP BY 1 ORDER BY 1",
                "SELECT uid, avg(speed)" + from + " GROUP BY uid ORDER BY 2 LIMIT 20",
                "SELECT uid, time, speed" + from + " AND speed > 125 ORDER BY time DESC LIMIT 50",
                "SELECT count(*)" + from + " AND speed < 20 AND vehicles > 30",
                "SELECT road, lane, avg(speed)" + from + " AND valid = 0 GROUP BY ALL ORDER BY 3 LIMIT 20");
    }

    static double quantile(List<Double> sorted, double quantile) {
        if (sorted.isEmpty()) {
            return 0;
        }
        int index = (int) Math.min(sorted.size() - 1, Math.floor(quantile * sorted.size()));
        return Math.round(sorted.get(index) * 100) / 100.0;
    }
}
