package io.polder.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Scenario {@code viewers}: a map whose 4,254 points all change every second, which is sixty times what Flanders does, with
 * no viewer, one, and a hundred. Viewers read the stream and draw nothing; they are threads of this process.
 */
final class Viewers {
    private static final String DEFINITION =
            Ingest.DEFINITION.replace("tables:\n  readings: { from: readings, key: [uid, time], time: time }", """
                    tables:
                      readings:
                        from: readings
                        key: [uid, time]
                        time: time
                        select: SELECT *, 50 + uid / 4254 AS lat, 3 + uid / 2000 AS lon FROM event""")
                    + """
            maps:
              live: { table: readings, position: [lat, lon], colour: speed, label: name }
            """;

    private Viewers() {}

    static Result run(Path folder, int seconds) throws Exception {
        Files.writeString(folder.resolve("polder.yaml"), DEFINITION);
        try (Program program = Program.start(folder, List.of())) {
            Load load = new Load(program.port(), 1, 4_254, new AtomicLong());
            Ingest.sleep(seconds);
            Map<String, Object> numbers = new LinkedHashMap<>();
            for (int viewers : List.of(0, 1, 100)) {
                AtomicLong bytes = new AtomicLong();
                List<Socket> sockets = new ArrayList<>();
                try {
                    for (int index = 0; index < viewers; index++) {
                        sockets.add(watch(program.port(), bytes));
                    }
                    Ingest.sleep(5);
                    double before = program.cpuSeconds();
                    long bytesBefore = bytes.get();
                    Ingest.sleep(seconds);
                    double used = program.cpuSeconds() - before;
                    numbers.put("CPU s a second, " + viewers + " viewers", Math.round(used / seconds * 1e3) / 1e3);
                    if (viewers > 0) {
                        numbers.put(
                                "kB a second to each of " + viewers,
                                (bytes.get() - bytesBefore) / seconds / viewers / 1000);
                    }
                } finally {
                    for (Socket socket : sockets) {
                        socket.close();
                    }
                }
            }
            load.finish();
            return new Result("viewers", numbers);
        }
    }

    private static Socket watch(int port, AtomicLong bytes) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        OutputStream out = socket.getOutputStream();
        out.write(("GET /api/live?map=live HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAccept-Encoding: gzip\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        InputStream in = socket.getInputStream();
        Thread reader = new Thread(() -> {
            byte[] buffer = new byte[64 << 10];
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    bytes.addAndGet(count);
                }
            } catch (IOException closed) {
                // Whoever watches has closed it.
            }
        });
        reader.setDaemon(true);
        reader.start();
        return socket;
    }
}
