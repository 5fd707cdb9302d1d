package io.polder.agent.hdfs;

import io.polder.agent.Event;
import io.polder.agent.Sink;
import io.polder.agent.SinkContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** Events for a sink; and, as a program, an agent's process that delivers them until it is killed. */
final class Delivery {
    private Delivery() {}

    static List<Event> events(int first, int count) {
        List<Event> events = new ArrayList<>();
        for (int number = first; number < first + count; number++) {
            events.add(new Event(
                    Map.of("timestamp", "1767225600000", "city", number % 2 == 0 ? "gent" : "brugge"),
                    ("event " + number).getBytes(StandardCharsets.UTF_8)));
        }
        return events;
    }

    /** Delivers, and throws the reason when that fails. */
    static void deliver(Sink sink, List<Event> events) throws IOException, InterruptedException {
        try {
            sink.deliver(events).get();
        } catch (ExecutionException failure) {
            throw new IOException(failure.getCause());
        }
    }

    /** Delivers batches of ten, one after the other, and says each time how many events that makes. */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> keys = new HashMap<>();
        for (int index = 1; index + 1 < arguments.length; index += 2) {
            keys.put(arguments[index], arguments[index + 1]);
        }
        Sink sink = SinkContexts.hdfs(Path.of(arguments[0]), keys).sink();
        sink.start();
        for (int first = 0; ; first += 10) {
            deliver(sink, events(first, 10));
            System.out.println(first + 10);
        }
    }
}
