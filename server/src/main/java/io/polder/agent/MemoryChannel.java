package io.polder.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A channel in memory. A killed process loses it; a stopped one leaves what could not be delivered in a file, which the
 * next start takes up and which stays until all of it is delivered.
 *
 * <p>Batches stay together: a put adds one entry, whatever its size, and a take of as much or more hands it on as it is.
 * The lock is taken a few times a batch and never for an event.
 */
final class MemoryChannel implements Channel {
    private static final Logger LOGGER = LoggerFactory.getLogger(MemoryChannel.class);
    /** What the objects around an event's body take, roughly. */
    private static final int OVERHEAD_BYTES = 64;

    private final Counters counters;
    private final InstantSource clock;
    private final Path spill;
    private final int capacity;
    private final int transactionCapacity;
    private final Duration keepAlive;
    private final long byteCapacity;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition hasEvents = lock.newCondition();
    private final Condition hasRoom = lock.newCondition();
    private final Filling filling = new Filling(lock, this::isHalfFull);
    private final Deque<Batch> queue = new ArrayDeque<>();
    /** Rolled back, by their first event's number; they are next. */
    private final TreeMap<Long, Batch> returned = new TreeMap<>();

    private final TreeMap<Long, Batch> taken = new TreeMap<>();
    private long puts;
    private int size;
    private long bytes;
    private long spilledLeft;

    /**
     * Consecutive events of one put, or of one take.
     *
     * @param number of the first event, counted over all that were ever put
     * @param weight what it counts against {@code byteCapacity}
     * @param spilled how many of them are in the file too
     */
    private record Batch(long number, List<Event> events, long weight, long acceptedMillis, int spilled) {}

    MemoryChannel(Parts.Context context) {
        counters = context.counters();
        clock = context.clock();
        spill = context.home().resolve("spill").resolve(context.name() + ".events");
        Settings settings = context.settings();
        capacity = settings.integer("capacity");
        transactionCapacity = settings.integer("transactionCapacity");
        keepAlive = settings.seconds("keep-alive");
        long wanted = settings.number("byteCapacity");
        long all = wanted == 0 ? Runtime.getRuntime().maxMemory() / 5 * 4 : wanted;
        byteCapacity = all / 100 * (100 - settings.number("byteCapacityBufferPercentage"));
        if (capacity < 1) {
            settings.problem("capacity", "leaves no room for anything", "write 1 or more");
        }
        if (transactionCapacity < 1) {
            settings.problem("transactionCapacity", "leaves no room for anything", "write 1 or more");
        } else if (capacity > 0 && transactionCapacity > capacity) {
            settings.problem(
                    "transactionCapacity",
                    "is above the channel's capacity, which is " + capacity,
                    "write at most " + capacity + ", or a larger capacity");
        }
        counters.gauge("ChannelCapacity", () -> Integer.toString(capacity));
        counters.gauge("ChannelSize", () -> Integer.toString(size()));
        counters.gauge("ChannelFillPercentage", () -> Double.toString(size() * 100.0 / capacity));
    }

    private int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start() {
        try {
            for (List<Event> events : Spill.read(spill)) {
                Batch batch = new Batch(puts, events, bytes(events), clock.millis(), events.size());
                queue.add(batch);
                puts += events.size();
                size += events.size();
                bytes += batch.weight();
                spilledLeft += events.size();
            }
        } catch (IOException failure) {
            throw Spill.unreadable(spill, failure);
        }
        if (spilledLeft > 0) {
            LOGGER.info("Channel {} takes up {} events that the last stop left in it.", counters.name(), spilledLeft);
        }
    }

    @Override
    public @Nullable Put reserve(List<Event> events) throws ChannelException {
        int count = events.size();
        if (count > transactionCapacity) {
            throw tooLarge(counters.name(), count, transactionCapacity);
        }
        long weight = bytes(events);
        if (weight > byteCapacity) {
            throw new ChannelException(
                    ChannelException.Reason.TOO_LARGE,
                    "The batch has " + weight + " bytes, and channel '" + counters.name() + "' takes at most "
                            + byteCapacity + " (byteCapacity). Fix: send smaller batches",
                    null);
        }
        lock.lock();
        try {
            // What a stop left in the channel may be more than its capacity, and then waits like everything else.
            if (size + count > capacity || bytes + weight > byteCapacity) {
                counters.troubled(FULL, clock.instant());
                filling.refused();
                return null;
            }
            size += count;
            bytes += weight;
            filling.grown();
        } finally {
            lock.unlock();
        }
        counters.well();
        return new Reservation(events, weight);
    }

    static ChannelException tooLarge(String name, int count, int limit) {
        return new ChannelException(
                ChannelException.Reason.TOO_LARGE,
                "The batch has " + count + " events, and channel '" + name + "' takes at most " + limit
                        + " at once (transactionCapacity), so it can never be taken. Fix: send at most " + limit
                        + " events at once",
                null);
    }

    private static long bytes(List<Event> events) {
        long sum = 0;
        for (int index = 0; index < events.size(); index++) {
            sum += events.get(index).body().length + OVERHEAD_BYTES;
        }
        return sum;
    }

    private final class Reservation implements Put {
        private final List<Event> events;
        private final long weight;

        Reservation(List<Event> events, long weight) {
            this.events = events;
            this.weight = weight;
        }

        @Override
        public void write() {}

        @Override
        public void publish() {
            long accepted = clock.millis();
            lock.lock();
            try {
                queue.add(new Batch(puts, events, weight, accepted, 0));
                puts += events.size();
                hasEvents.signal();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void abort() {
            release(events.size(), weight, 0);
        }
    }

    private void release(int count, long weight, int spilled) {
        boolean isSpillDelivered;
        lock.lock();
        try {
            size -= count;
            bytes -= weight;
            spilledLeft -= spilled;
            if (!isHalfFull()) {
                // Without this an emptied channel would be called full until somebody puts the next batch.
                counters.ended(FULL);
            }
            isSpillDelivered = spilled > 0 && spilledLeft == 0;
            hasRoom.signalAll();
        } finally {
            lock.unlock();
        }
        if (isSpillDelivered) {
            Spill.delete(spill);
        }
    }

    @Override
    public void awaitRoom(int events, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (size + events > capacity && left > 0) {
                left = hasRoom.awaitNanos(left);
            }
            // There may be room for events and not for bytes, whose number is not known here: the caller tries soon.
            long nap = Math.min(left, TimeUnit.MILLISECONDS.toNanos(20));
            long before = bytes;
            while (nap > 0 && bytes > 0 && bytes >= before) {
                nap = hasRoom.awaitNanos(nap);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Duration keepAlive() {
        return keepAlive;
    }

    @Override
    public @Nullable Take take(int max, Duration patience) throws InterruptedException {
        int most = Math.min(max, transactionCapacity);
        long left = patience.toNanos();
        lock.lock();
        try {
            while (queue.isEmpty() && returned.isEmpty()) {
                if (left <= 0) {
                    counters.increment(Counter.EVENT_TAKE_ATTEMPT);
                    return null;
                }
                left = hasEvents.awaitNanos(left);
            }
            Batch batch = returned.isEmpty() ? gathered(most) : again(most);
            if (!queue.isEmpty()) {
                hasEvents.signal();
            }
            int count = batch.events().size();
            counters.add(Counter.EVENT_TAKE_ATTEMPT, count < most ? count + 1L : count);
            taken.put(batch.number(), batch);
            return new Taken(batch);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void gather(Duration most) throws InterruptedException {
        filling.await(most);
    }

    private boolean isHalfFull() {
        return size > capacity / 2 || bytes > byteCapacity / 2;
    }

    private Batch again(int most) {
        Batch first = Objects.requireNonNull(returned.pollFirstEntry()).getValue();
        if (first.events().size() <= most) {
            return first;
        }
        Batch start = start(first, most);
        Batch rest = rest(first, start);
        returned.put(rest.number(), rest);
        return start;
    }

    private Batch gathered(int most) {
        Batch first = queue.remove();
        if (first.events().size() > most) {
            Batch start = start(first, most);
            queue.addFirst(rest(first, start));
            return start;
        }
        Batch next = queue.peek();
        if (next == null || first.events().size() + next.events().size() > most) {
            return first;
        }
        List<Event> events = new ArrayList<>(most);
        events.addAll(first.events());
        long weight = first.weight();
        int spilled = first.spilled();
        for (; next != null && events.size() + next.events().size() <= most; next = queue.peek()) {
            events.addAll(next.events());
            weight += next.weight();
            spilled += next.spilled();
            queue.remove();
        }
        return new Batch(first.number(), events, weight, first.acceptedMillis(), spilled);
    }

    private static Batch start(Batch batch, int most) {
        List<Event> events = batch.events().subList(0, most);
        return new Batch(
                batch.number(), events, bytes(events), batch.acceptedMillis(), Math.min(batch.spilled(), most));
    }

    private static Batch rest(Batch batch, Batch start) {
        int count = start.events().size();
        return new Batch(
                batch.number() + count,
                batch.events().subList(count, batch.events().size()),
                batch.weight() - start.weight(),
                batch.acceptedMillis(),
                batch.spilled() - start.spilled());
    }

    private final class Taken implements Take {
        private final Batch batch;

        Taken(Batch batch) {
            this.batch = batch;
        }

        @Override
        public List<Event> events() {
            return batch.events();
        }

        @Override
        public void commit() {
            lock.lock();
            try {
                if (!taken.remove(batch.number(), batch)) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            int count = batch.events().size();
            release(count, batch.weight(), batch.spilled());
            counters.add(Counter.EVENT_TAKE_SUCCESS, count);
        }

        @Override
        public void rollback() {
            lock.lock();
            try {
                if (taken.remove(batch.number(), batch)) {
                    returned.put(batch.number(), batch);
                    hasEvents.signal();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public int transactionCapacity() {
        return transactionCapacity;
    }

    @Override
    public long oldestMillis() {
        lock.lock();
        try {
            long oldest = Long.MAX_VALUE;
            if (!taken.isEmpty()) {
                oldest = Math.min(oldest, taken.firstEntry().getValue().acceptedMillis());
            }
            if (!returned.isEmpty()) {
                oldest = Math.min(oldest, returned.firstEntry().getValue().acceptedMillis());
            }
            Batch first = queue.peek();
            if (first != null) {
                oldest = Math.min(oldest, first.acceptedMillis());
            }
            return oldest == Long.MAX_VALUE ? -1 : oldest;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Counters counters() {
        return counters;
    }

    @Override
    public boolean isDurable() {
        return false;
    }

    @Override
    public long stop() {
        lock.lock();
        try {
            List<List<Event>> left = new ArrayList<>();
            // What is in a sink's hands now is not known to be delivered: it comes again rather than not at all.
            taken.values().forEach(batch -> left.add(batch.events()));
            returned.values().forEach(batch -> left.add(batch.events()));
            queue.forEach(batch -> left.add(batch.events()));
            long count = left.stream().mapToLong(List::size).sum();
            if (count == 0) {
                return 0;
            }
            Spill.write(spill, left);
            LOGGER.warn(String.format(
                    Locale.ROOT,
                    "Channel %s stops with %d events that its sinks did not deliver in time. They are in %s and come"
                            + " first at the next start.",
                    counters.name(),
                    count,
                    spill));
            taken.clear();
            returned.clear();
            queue.clear();
            return count;
        } finally {
            lock.unlock();
        }
    }
}
