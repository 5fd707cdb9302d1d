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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Posts JSON events of about 300 bytes in batches of 500 over keep-alive connections to loopback. Plain sockets, so that
 * the generator takes as little of the shared cores as it can. Ends with {@link #finish}, and after {@link #LONGEST_NANOS} in any
 * case.
 */
final class Load {
    static final int BATCH = 500;
    private static final int SUBJECTS = 4_254;
    private static final long LONGEST_NANOS = 900_000_000_000L;

    private final int port;
    private final double eventsASecond;
    private final AtomicLong sequence;
    private final AtomicLong accepted = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private final long start = System.nanoTime();
    private volatile boolean isStopping;
    private volatile String failure = "";

    /**
     * Starts posting.
     *
     * @param eventsASecond 0 for as many as are taken
     * @param sequence numbers the events; each 4,254 make a minute
     */
    Load(int port, int connections, double eventsASecond, AtomicLong sequence) {
        this.port = port;
        this.eventsASecond = eventsASecond;
        this.sequence = sequence;
        for (int index = 0; index < connections; index++) {
            Thread thread = new Thread(this::post, "load " + index);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    /** Events that were answered with 200. */
    long accepted() {
        return accepted.get();
    }

    private void post() {
        byte[] body = new byte[BATCH * 320 + 2];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!isStopping && System.nanoTime() - start < LONGEST_NANOS) {
                long first = sequence.getAndAdd(BATCH);
                pace();
                int length = fill(body, first);
                out.write(("POST /api/feeds/readings/events HTTP/1.1\r\nHost: 127.0.0.1:" + port
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                out.write(body, 0, length);
                out.flush();
                String status = answer(in);
                if (!status.contains(" 200")) {
                    failure = status;
                    return;
                }
                accepted.addAndGet(BATCH);
            }
        } catch (IOException exception) {
            failure = exception.toString();
        }
    }

    private void pace() {
        if (eventsASecond <= 0) {
            return;
        }
        long due = start + (long) (accepted.get() / eventsASecond * 1e9);
        long early = due - System.nanoTime();
        if (early > 0) {
            LockSupport.parkNanos(early);
        }
    }

    private static int fill(byte[] body, long first) {
        long now = System.nanoTime();
        int at = 0;
        body[at++] = '[';
        for (int index = 0; index < BATCH; index++) {
            long number = first + index;
            long uid = number % SUBJECTS;
            String event = "{\"uid\":" + uid + ",\"time\":" + (1_767_225_600_000L + number / SUBJECTS * 60_000L)
                    + ",\"valid\":0,\"speed\":" + ((number ^ now) & 127) + ",\"vehicles\":" + (number % 40)
                    + ",\"occupancy\":" + number % 100 + "." + number % 10
                    + ",\"lane\":\"R1" + uid % 4 + "\",\"road\":\"A00300" + uid % 90
                    + "\",\"name\":\"Halve snede kmpt. " + uid + " richting Brussel\",\"last_modified\":"
                    + (1_767_225_600_000L + number / SUBJECTS * 60_000L + 1234)
                    + ",\"source\":\"measured by the loop detectors of the motorway network of Flanders, one"
                    + " minute\",\"quality\":\"regular\"}";
            if (index > 0) {
                body[at++] = ',';
            }
            at = append(body, at, event);
        }
        body[at++] = ']';
        return at;
    }

    private static int append(byte[] body, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, body, at, bytes.length);
        return at + bytes.length;
    }

    /** Reads an answer to its end; its status line. */
    static String answer(InputStream in) throws IOException {
        String status = line(in);
        int length = 0;
        boolean isChunked = false;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            isChunked |= header.equalsIgnoreCase("Transfer-Encoding: chunked");
        }
        in.skipNBytes(length);
        for (int chunk = isChunked ? 1 : 0; chunk > 0; ) {
            chunk = Integer.parseInt(line(in), 16);
            in.skipNBytes(chunk + 2);
        }
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int letter = in.read(); letter != '\n'; letter = in.read()) {
            if (letter < 0) {
                throw new IOException("The connection was closed.");
            }
            if (letter != '\r') {
                line.append((char) letter);
            }
        }
        return line.toString();
    }

    /** Stops posting, after the batches that are under way; tells of a connection that ended early. */
    void finish() throws InterruptedException, IOException {
        isStopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failure.isEmpty()) {
            throw new IOException("The load ended early: " + failure);
        }
    }
}
