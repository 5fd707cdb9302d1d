package io.polder.ingest;

import com.fasterxml.jackson.core.type.TypeReference;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.log.Log;
import io.polder.log.RejectedEvent;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All feeds of a mart: starts, pauses and watches them. Thread-safe.
 *
 * <p>Events of all kinds of feeds go one way ({@link Edge}); what is answered for is in the log.
 */
public final class Ingest implements AutoCloseable {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(1);
    private static final String PAUSED = "paused";

    private final State state;
    private final Supplier<Optional<String>> closed;
    private final Pushes pushes;
    private final RejectedEvents rejectedEvents;
    private final Map<String, Running> feeds = new LinkedHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean isClosing;

    private record Running(
            Feed feed,
            Edge edge,
            FeedMeter meter,
            Gate gate,
            @Nullable Runnable loop) {}

    /**
     * Opens a mart's feeds and makes sure that their topics exist. Pushes are taken from now on; feeds that fetch begin
     * with {@link #start}.
     *
     * @param state the folder where ingest remembers what must outlast a restart; made when it is missing
     * @param filters makes the conditions of feeds with a {@code where}
     * @param idempotency what is known behind the log
     * @param closed why nothing may be taken at the moment, such as a full disk, as a sentence; empty when all is well.
     *     Asked often.
     * @param topicLag how many events of a topic its tables have not taken yet; bounded feeds wait for it
     * @throws PolderException when a topic is otherwise than the mart defines it
     */
    public static Ingest open(
            Mart mart,
            Log log,
            Path state,
            EdgeFilter.Factory filters,
            Idempotency idempotency,
            Supplier<Optional<String>> closed,
            ToLongFunction<String> topicLag,
            InstantSource clock) {
        ensureTopics(mart, log);
        return new Ingest(mart, log, new State(state), filters, idempotency, closed, topicLag, clock);
    }

    private static void ensureTopics(Mart mart, Log log) {
        Map<String, Feed> topics = new LinkedHashMap<>();
        for (Feed feed : mart.feeds().values()) {
            topics.merge(feed.topic(), feed, (first, next) -> first.keepFor() == null ? next : first);
        }
        log.ensure(EdgeBalances.TOPIC, 1, null);
        // Each topic takes some answers of the broker, and none waits for another's.
        topics.values().parallelStream().forEach(feed -> {
            log.ensure(feed.topic(), feed.partitions(), feed.keepFor());
            log.ensure(RejectedEvent.topicOf(feed.topic()), 1, null);
        });
    }

    private Ingest(
            Mart mart,
            Log log,
            State state,
            EdgeFilter.Factory filters,
            Idempotency idempotency,
            Supplier<Optional<String>> closed,
            ToLongFunction<String> topicLag,
            InstantSource clock) {
        this.state = state;
        this.closed = closed;
        Keys keys = new Keys(clock);
        EdgeBalances balances = new EdgeBalances(log);
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(CONNECT_PATIENCE)
                .build();
        Set<String> paused = state.read(PAUSED, new TypeReference<TreeSet<String>>() {}, new TreeSet<>());
        for (Feed feed : mart.feeds().values()) {
            FeedMeter meter = new FeedMeter(feed, clock);
            Condition condition = feed.where().isEmpty() ? null : new Condition(feed, filters.create(feed));
            Edge edge = new Edge(feed, log, balances, condition, clock, meter);
            Gate gate = new Gate(paused.contains(feed.name()));
            Runnable loop =
                    switch (feed.kind()) {
                        case HTTP, SQL, KAFKA, MODEL -> null;
                        case POLL -> new PollLoop(feed, edge, meter, gate, closed, client, clock);
                        case FILES ->
                            new FilesLoop(
                                    feed,
                                    edge,
                                    meter,
                                    gate,
                                    closed,
                                    topicLag,
                                    new Glob(mart.folder(), feed.files()),
                                    state);
                    };
            feeds.put(feed.name(), new Running(feed, edge, meter, gate, loop));
            if (feed.kind() == Feed.Kind.HTTP || feed.kind() == Feed.Kind.SQL) {
                keys.begin(feed.topic(), log.endOffsets(feed.topic()));
            }
        }
        pushes = new Pushes(log, idempotency, keys);
        rejectedEvents = new RejectedEvents(log, state);
    }

    /** Begins to fetch and to load. */
    public void start() {
        for (Running running : feeds.values()) {
            if (running.loop != null) {
                begin("feed-" + running.feed.name(), running.loop);
            }
        }
    }

    private synchronized void begin(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    public List<FeedStatus> feeds() {
        String hold = closed.get().orElse(null);
        return feeds.values().stream()
                .map(running -> running.meter.status(running.gate.isPaused(), hold))
                .toList();
    }

    /**
     * Takes a pushed body (a JSON array, NDJSON, or whatever the feed's format is; packed with gzip or not) and returns
     * when all of it is in the log.
     *
     * @param contentType as sent; null when missing
     * @param idempotencyKey a retry with the same key and body logs only what is not in the log yet; null for none
     * @throws io.polder.record.PolderException NOT_FOUND, INVALID_REQUEST, TOO_LARGE, UNSUPPORTED_MEDIA, KEY_REUSED,
     *     CONFLICT when the same push is still under way, or UNAVAILABLE when it may be tried again
     */
    public Push push(String feed, InputStream body, @Nullable String contentType, @Nullable String idempotencyKey) {
        Running running = find(feed);
        if (running.feed.kind() == Feed.Kind.SQL) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "Feed '" + feed + "' takes what is written by SQL, and no pushes. Fix: write INSERT or UPSERT.");
        }
        if (running.feed.kind() == Feed.Kind.MODEL) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "Feed '" + feed
                            + "' takes what its model says, and no pushes. Fix: push to a feed with http: true.");
        }
        if (running.feed.kind() != Feed.Kind.HTTP) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "Feed '" + feed
                            + "' takes no pushes: its events are fetched, or others write them to its topic. Fix:"
                            + " push to a feed with http: true.");
        }
        return push(running, body, contentType, idempotencyKey);
    }

    /**
     * Takes the events of a write or of a model and returns when all of it is in the log.
     *
     * @param feed one of kind SQL or MODEL
     * @throws io.polder.record.PolderException NOT_FOUND, INVALID_REQUEST, TOO_LARGE or UNAVAILABLE
     */
    public Push write(String feed, InputStream events) {
        return push(find(feed), events, "application/json", null);
    }

    private Push push(
            Running running, InputStream body, @Nullable String contentType, @Nullable String idempotencyKey) {
        String feed = running.feed.name();
        if (running.gate.isPaused()) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, "Feed '" + feed + "' is paused. Fix: ./polder resume " + feed + ".");
        }
        checkOpen();
        Push push = pushes.take(running.feed, running.edge, body, contentType, idempotencyKey);
        running.meter.succeeded();
        return push;
    }

    private void checkOpen() {
        String hold = isClosing ? "The program is stopping." : closed.get().orElse(null);
        if (hold != null) {
            throw new PolderException(ErrorCode.UNAVAILABLE, hold);
        }
    }

    private Running find(String feed) {
        Running running = feeds.get(feed);
        if (running == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    "There is no feed '" + feed + "'. Fix: " + Problem.suggestion(feed, feeds.keySet()) + ".");
        }
        return running;
    }

    /** Stops a feed until {@link #resume}, also over a restart. Pushes to it are answered UNAVAILABLE. */
    public void pause(String feed) {
        setPaused(feed, true);
    }

    public void resume(String feed) {
        setPaused(feed, false);
    }

    private synchronized void setPaused(String feed, boolean isPaused) {
        Running running = find(feed);
        Set<String> paused = feeds.values().stream()
                .filter(other -> other.gate.isPaused())
                .map(other -> other.feed.name())
                .collect(Collectors.toCollection(TreeSet::new));
        if (isPaused ? paused.add(feed) : paused.remove(feed)) {
            state.write(PAUSED, paused);
            running.gate.pause(isPaused);
        }
    }

    /** The newest rejected events, newest first; of all topics when {@code topic} is null. */
    public List<Rejected> rejected(@Nullable String topic, int limit) {
        return rejectedEvents.newest(topics(topic), limit);
    }

    /**
     * Sends rejected events that were not replayed yet through their feeds again, whether they were rejected at the edge or
     * behind the log; of all topics when {@code topic} is null. What still cannot be decoded is rejected again. Those of
     * which only a prefix is kept are left out.
     *
     * @return how many are now in the log
     * @throws io.polder.record.PolderException NOT_FOUND, or UNAVAILABLE when nothing may be taken at the moment
     */
    public long replay(@Nullable String topic) {
        checkOpen();
        Map<String, RejectedEvents.Way> ways = new LinkedHashMap<>();
        feeds.forEach((name, running) -> ways.put(name, new RejectedEvents.Way(running.feed, running.edge)));
        return topics(topic).stream()
                .mapToLong(each -> rejectedEvents.replay(each, ways))
                .sum();
    }

    private Set<String> topics(@Nullable String topic) {
        Set<String> all = feeds.values().stream()
                .map(running -> running.feed.topic())
                .collect(Collectors.toCollection(TreeSet::new));
        if (topic == null) {
            return all;
        }
        if (!all.contains(topic)) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    "There is no topic '" + topic + "'. Fix: " + Problem.suggestion(topic, all) + ".");
        }
        return Set.of(topic);
    }

    /** Stops all feeds; what was being taken is finished or, after a second, left. */
    @Override
    public void close() {
        isClosing = true;
        feeds.values().forEach(running -> running.gate.close());
        List<Thread> all;
        synchronized (this) {
            all = List.copyOf(threads);
        }
        all.forEach(Thread::interrupt);
        long start = System.nanoTime();
        try {
            for (Thread thread : all) {
                long left = STOP_PATIENCE.toMillis() - (System.nanoTime() - start) / 1_000_000;
                thread.join(Math.max(1, left));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        feeds.values().forEach(running -> running.edge.close());
    }
}
