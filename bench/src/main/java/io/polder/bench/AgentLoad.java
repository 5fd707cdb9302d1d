package io.polder.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Posts Flume's JSON to an agent at a steady rate: the same work for every agent, however fast it is. Each body is JSON
 * of 290 characters as a text, as the programs of the source documents send it. A batch that is answered with 503 is sent
 * again a little later.
 */
final class AgentLoad {
    private static final int CONNECTIONS = 2;

    private final int port;
    private final int batch;
    private final double eventsASecond;
    private final byte[] request;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong started = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final long start = System.nanoTime();
    private final long limit;
    private volatile boolean isStopping;
    private volatile String failure = "";

    /**
     * Starts posting.
     *
     * @param eventsASecond the rate
     * @param limit how many events at most
     */
    AgentLoad(int port, int batch, double eventsASecond, long limit) {
        this.port = port;
        this.batch = batch;
        this.eventsASecond = eventsASecond;
        this.limit = limit;
        byte[] body = body(batch);
        byte[] head = ("POST / HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        for (int index = 0; index < CONNECTIONS; index++) {
            Thread thread = new Thread(this::post, "load " + index);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private static byte[] body(int batch) {
        StringBuilder body = new StringBuilder("[");
        for (int index = 0; index < batch; index++) {
            // A quote and a brace end it, at 290 characters.
            String event = "{\\\"uid\\\":" + (1000 + index % 1000)
                    + ",\\\"city\\\":\\\"Gent\\\",\\\"pm10\\\":21.4,\\\"no2\\\":17,"
                    + "\\\"time\\\":\\\"2026-01-05T10:00:00Z\\\",\\\"text\\\":\\\"";
            int length = event.replace("\\", "").length();
            body.append(index == 0 ? "" : ",")
                    .append("{\"headers\":{},\"body\":\"")
                    .append(event)
                    .append("x".repeat(288 - length))
                    .append("\\\"}\"}");
        }
        return body.append(']').toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void post() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!isStopping) {
                long first = started.getAndAdd(batch);
                if (first >= limit) {
                    return;
                }
                pace(first);
                while (!send(out, in)) {
                    refused.incrementAndGet();
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                accepted.addAndGet(batch);
            }
        } catch (IOException exception) {
            failure = exception + " after " + accepted.get() + " events";
        }
    }

    private boolean send(OutputStream out, InputStream in) throws IOException {
        out.write(request);
        out.flush();
        String status = Load.answer(in);
        if (!status.contains(" 200") && !status.contains(" 503")) {
            throw new IOException(status);
        }
        return status.contains(" 200");
    }

    private void pace(long first) {
        long early = start + (long) (first / eventsASecond * 1e9) - System.nanoTime();
        if (early > 0) {
            LockSupport.parkNanos(early);
        }
    }

    /** Events that were answered with 200. */
    long accepted() {
        return accepted.get();
    }

    /** Batches that were answered with 503. */
    long refused() {
        return refused.get();
    }

    /** Waits until all events are accepted. */
    void join() throws InterruptedException, IOException {
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failure.isEmpty()) {
            throw new IOException("The load ended early: " + failure);
        }
    }

    /** Stops, after the batches that are under way; tells of a connection that ended early. */
    void finish() throws InterruptedException, IOException {
        isStopping = true;
        join();
    }
}
