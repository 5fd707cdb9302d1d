package io.polder.agent;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flume's {@code file} channel: what was put is on the disk before its sender hears so, and comes out at least once.
 *
 * <p>Memory holds where each batch is, and of the newest batches the events too, so that a sink that keeps up reads nothing
 * from the disk. That a batch was delivered is written without waiting for the disk: a power cut can only make it come
 * again.
 */
final class DurableChannel implements Channel {
    private static final Logger LOGGER = LoggerFactory.getLogger(DurableChannel.class);
    private static final long CACHED_BYTES = 16L << 20;
    private static final Duration SPACE_EVERY = Duration.ofSeconds(1);

    private final Counters counters;
    private final InstantSource clock;
    private final Path folder;
    private final int capacity;
    private final int transactionCapacity;
    private final Duration keepAlive;
    private final long leastFree;
    private final boolean waitsForDisk;
    private final Duration diskEvery;
    private final EventLog log;
    private final AtomicLong numbers = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition hasEvents = lock.newCondition();
    private final Condition hasRoom = lock.newCondition();
    private final Filling filling = new Filling(lock, this::isHalfFull);
    private final Deque<Slice> queue = new java.util.ArrayDeque<>();
    /** Rolled back, by their first event's place in the channel's order; they are next. */
    private final TreeMap<Long, Slice> returned = new TreeMap<>();

    private final TreeMap<Long, Slice> taken = new TreeMap<>();
    private long puts;
    private int size;

    private long cachedBytes;
    /** By file, how many of its batches are not delivered. */
    private final TreeMap<Integer, Integer> open = new TreeMap<>();

    private volatile long spaceLookedNanos;
    private volatile boolean hasSpace = true;
    private volatile boolean isOpen;
    private @Nullable FileChannel folderLock;
    private @Nullable ScheduledExecutorService disk;

    /** A batch that is put; its events when they are in memory. */
    private static final class Stored {
        final long number;
        final long acceptedMillis;
        final EventLog.Place place;
        /** Where its first event is in the channel's order. */
        long order;

        @Nullable
        List<Event> events;

        int left;

        Stored(long number, long acceptedMillis, int count, EventLog.Place place, @Nullable List<Event> events) {
            this.number = number;
            this.acceptedMillis = acceptedMillis;
            this.place = place;
            this.events = events;
            left = count;
        }
    }

    /** Some events of a batch. */
    private record Slice(Stored batch, int from, int to) {
        int count() {
            return to - from;
        }

        long order() {
            return batch.order + from;
        }
    }

    DurableChannel(Parts.Context context) {
        counters = context.counters();
        clock = context.clock();
        Settings settings = context.settings();
        folder = folder(settings);
        capacity = settings.integer("capacity");
        transactionCapacity = settings.integer("transactionCapacity");
        keepAlive = settings.seconds("keep-alive");
        leastFree = Math.max(1 << 20, settings.number("minimumRequiredSpace"));
        waitsForDisk = settings.isTrue("fsyncPerTransaction");
        diskEvery = settings.seconds("fsyncInterval");
        log = new EventLog(folder, Math.max(1 << 20, Math.min(settings.number("maxFileSize"), 256L << 20)));
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
        counters.show(
                Counter.EVENT_PUT_ERROR,
                Counter.EVENT_TAKE_ERROR,
                Counter.CHECKPOINT_WRITE_ERROR,
                Counter.CHECKPOINT_BACKUP_WRITE_ERROR);
        counters.gauge("ChannelCapacity", () -> Integer.toString(capacity));
        counters.gauge("ChannelSize", () -> Integer.toString(size()));
        counters.gauge("ChannelFillPercentage", () -> Double.toString(size() * 100.0 / capacity));
        counters.gauge("Unhealthy", () -> hasSpace ? "0" : "1");
        counters.gauge("Open", () -> Boolean.toString(isOpen));
        counters.gauge("Closed", () -> isOpen ? "0" : "1");
    }

    private static Path folder(Settings settings) {
        String[] folders = settings.text("dataDirs").split(",", -1);
        if (folders.length > 1) {
            settings.problem("dataDirs", "names several folders", "name one; a disk is as fast as its own syncs");
        }
        String first = folders[0].strip();
        return Path.of(first.startsWith("~/") ? System.getProperty("user.home") + first.substring(1) : first);
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
        Recovery recovery = new Recovery();
        try {
            Files.createDirectories(folder);
            refuseFlumesOwn();
            folderLock = locked();
            log.open(recovery);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "Channel '" + counters.name() + "' cannot be opened: " + failure.getMessage()
                            + ". Fix: see that " + folder + " can be written; a file that is damaged has to be moved"
                            + " away, with what is in it",
                    failure);
        }
        recovery.finish();
        isOpen = true;
        if (!waitsForDisk) {
            disk = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "channel-" + counters.name());
                thread.setDaemon(true);
                return thread;
            });
            var unused = disk.scheduleWithFixedDelay(
                    this::forceNow, diskEvery.toMillis(), diskEvery.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void forceNow() {
        try {
            log.force();
        } catch (IOException failure) {
            LOGGER.warn("Channel {}: the disk does not take what was put: {}.", counters.name(), failure.getMessage());
        }
    }

    /** Flume's files have the same purpose and another form; to overlook them would be to lose them. */
    private void refuseFlumesOwn() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            if (all.anyMatch(path -> path.getFileName().toString().matches("log-\\d+"))) {
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "Channel '" + counters.name() + "': " + folder
                                + " holds events in Flume's own form, which is not read. Fix: let Flume deliver them first,"
                                + " or name another folder in dataDirs");
            }
        }
    }

    private FileChannel locked() throws IOException {
        FileChannel file =
                FileChannel.open(folder.resolve("in_use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean isOurs = false;
        try {
            isOurs = file.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            isOurs = false;
        }
        if (!isOurs) {
            file.close();
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "Channel '" + counters.name() + "': " + folder
                            + " is another channel's. Fix: name a folder of its own in dataDirs");
        }
        return file;
    }

    /** What the log says, put together. */
    private final class Recovery implements EventLog.Visitor {
        private final Map<Long, Stored> batches = new LinkedHashMap<>();
        private final Map<Long, BitSet> delivered = new HashMap<>();
        private long last;

        @Override
        public void put(long number, long acceptedMillis, int events, EventLog.Place place) {
            batches.put(number, new Stored(number, acceptedMillis, events, place, null));
            last = Math.max(last, number);
        }

        @Override
        public void taken(long number, int from, int to) {
            Stored batch = batches.get(number);
            if (batch == null) {
                return;
            }
            BitSet done = delivered.computeIfAbsent(number, first -> new BitSet());
            done.set(from, to);
            if (done.cardinality() == batch.left) {
                aborted(number);
            }
        }

        @Override
        public void aborted(long number) {
            batches.remove(number);
            delivered.remove(number);
        }

        void finish() {
            for (Stored batch : batches.values()) {
                int count = batch.left;
                batch.order = puts;
                puts += count;
                BitSet done = delivered.getOrDefault(batch.number, new BitSet());
                batch.left = count - done.cardinality();
                for (int from = done.nextClearBit(0); from < count; ) {
                    int to = done.nextSetBit(from) < 0 ? count : done.nextSetBit(from);
                    queue.add(new Slice(batch, from, to));
                    from = done.nextClearBit(to);
                }
                size += batch.left;
                open.merge(batch.place.file(), 1, Integer::sum);
            }
            numbers.set(last + 1);
            deleteDelivered();
            if (size > 0) {
                LOGGER.info("Channel {} has {} events from before.", counters.name(), size);
            }
        }
    }

    private void deleteDelivered() {
        int oldest = open.isEmpty() ? log.current() : open.firstKey();
        try {
            log.deleteBefore(oldest);
        } catch (IOException failure) {
            LOGGER.warn("Channel {}: a delivered file stays: {}.", counters.name(), failure.getMessage());
        }
    }

    @Override
    public @Nullable Put reserve(List<Event> events) throws ChannelException {
        int count = events.size();
        if (count > transactionCapacity) {
            throw MemoryChannel.tooLarge(counters.name(), count, transactionCapacity);
        }
        if (!hasSpace()) {
            counters.increment(Counter.EVENT_PUT_ERROR);
            counters.troubled("disk nearly full", clock.instant());
            throw failed("less than " + leastFree + " bytes are free on its disk (minimumRequiredSpace)", null);
        }
        lock.lock();
        try {
            if (size + count > capacity) {
                counters.troubled(FULL, clock.instant());
                filling.refused();
                return null;
            }
            size += count;
            filling.grown();
        } finally {
            lock.unlock();
        }
        counters.well();
        return new Reservation(events);
    }

    private boolean hasSpace() {
        long now = System.nanoTime();
        if (spaceLookedNanos == 0 || now - spaceLookedNanos > SPACE_EVERY.toNanos()) {
            try {
                FileStore store = Files.getFileStore(folder);
                hasSpace = store.getUsableSpace() >= leastFree;
            } catch (IOException unknown) {
                hasSpace = true;
            }
            spaceLookedNanos = now;
        }
        return hasSpace;
    }

    private ChannelException failed(String why, @Nullable Throwable cause) {
        return new ChannelException(
                ChannelException.Reason.FAILED,
                "Channel '" + counters.name() + "' in " + folder + " cannot take the batch: " + why
                        + ". Fix: give it room, and send the batch again",
                cause);
    }

    private final class Reservation implements Put {
        private final List<Event> events;
        private final long number = numbers.getAndIncrement();
        private final long accepted = clock.millis();
        private EventLog.@Nullable Place place;

        Reservation(List<Event> events) {
            this.events = events;
        }

        @Override
        public void write() throws ChannelException {
            try {
                java.nio.ByteBuffer record = EventLog.put(number, accepted, events);
                synchronized (open) {
                    // Counted at once: between the two its file could be found delivered, and deleted.
                    place = log.append(record);
                    open.merge(place.file(), 1, Integer::sum);
                }
                if (waitsForDisk) {
                    log.force();
                }
            } catch (IOException failure) {
                counters.increment(Counter.EVENT_PUT_ERROR);
                counters.troubled("disk: " + failure.getMessage(), clock.instant());
                throw failed(String.valueOf(failure.getMessage()), failure);
            }
        }

        @Override
        public void publish() {
            EventLog.Place written = Objects.requireNonNull(place);
            lock.lock();
            try {
                boolean isKept = cachedBytes + written.length() <= CACHED_BYTES;
                cachedBytes += isKept ? written.length() : 0;
                Stored batch = new Stored(number, accepted, events.size(), written, isKept ? events : null);
                batch.order = puts;
                puts += events.size();
                queue.add(new Slice(batch, 0, events.size()));
                hasEvents.signal();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void abort() {
            EventLog.Place written = place;
            if (written != null) {
                try {
                    log.append(EventLog.aborted(number));
                    log.force();
                } catch (IOException failure) {
                    LOGGER.error(
                            "Channel {}: a batch that was refused comes back at the next start, because the disk does not"
                                    + " take that it was: {}.",
                            counters.name(),
                            failure.getMessage());
                }
                close(written);
            }
            release(events.size());
        }
    }

    /** A batch of a file is delivered or aborted. */
    private void close(EventLog.Place place) {
        synchronized (open) {
            boolean isFirst = open.firstKey() == place.file();
            Integer left = open.computeIfPresent(place.file(), (file, count) -> count == 1 ? null : count - 1);
            if (left == null && isFirst) {
                deleteDelivered();
            }
        }
    }

    /** Under the lock. Who gets an emptied channel's status need not wait for the next batch to hear that it is not full. */
    private void shrink(int count) {
        size -= count;
        hasRoom.signalAll();
        if (!isHalfFull()) {
            counters.ended(FULL);
        }
    }

    private void release(int count) {
        lock.lock();
        try {
            shrink(count);
        } finally {
            lock.unlock();
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
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Duration keepAlive() {
        return keepAlive;
    }

    @Override
    public void gather(Duration most) throws InterruptedException {
        filling.await(most);
    }

    private boolean isHalfFull() {
        return size > capacity / 2;
    }

    @Override
    public @Nullable Take take(int max, Duration patience) throws ChannelException, InterruptedException {
        int most = Math.min(max, transactionCapacity);
        long left = patience.toNanos();
        List<Slice> slices;
        lock.lock();
        try {
            while (queue.isEmpty() && returned.isEmpty()) {
                if (left <= 0) {
                    counters.increment(Counter.EVENT_TAKE_ATTEMPT);
                    return null;
                }
                left = hasEvents.awaitNanos(left);
            }
            slices = next(most);
            slices.forEach(slice -> taken.put(slice.order(), slice));
            if (!queue.isEmpty()) {
                hasEvents.signal();
            }
        } finally {
            lock.unlock();
        }
        int count = slices.stream().mapToInt(Slice::count).sum();
        counters.add(Counter.EVENT_TAKE_ATTEMPT, count < most ? count + 1L : count);
        try {
            return new Taken(slices, events(slices, count));
        } catch (IOException failure) {
            giveBack(slices);
            throw new ChannelException(
                    ChannelException.Reason.FAILED, "channel cannot be read: " + failure.getMessage(), failure);
        }
    }

    /** The first events; what is left of a batch is first again. */
    private List<Slice> next(int most) {
        List<Slice> slices = new ArrayList<>();
        int count = 0;
        while (count < most && !(returned.isEmpty() && queue.isEmpty())) {
            boolean isAgain = !returned.isEmpty();
            Slice first =
                    isAgain ? Objects.requireNonNull(returned.pollFirstEntry()).getValue() : queue.remove();
            int room = most - count;
            if (first.count() > room) {
                Slice rest = new Slice(first.batch(), first.from() + room, first.to());
                if (isAgain) {
                    returned.put(rest.order(), rest);
                } else {
                    queue.addFirst(rest);
                }
                first = new Slice(first.batch(), first.from(), first.from() + room);
            }
            slices.add(first);
            count += first.count();
        }
        return slices;
    }

    private List<Event> events(List<Slice> slices, int count) throws IOException {
        if (slices.size() == 1) {
            return events(slices.get(0));
        }
        List<Event> events = new ArrayList<>(count);
        for (Slice slice : slices) {
            events.addAll(events(slice));
        }
        return events;
    }

    private List<Event> events(Slice slice) throws IOException {
        List<Event> kept = slice.batch().events;
        List<Event> all = kept == null ? log.read(slice.batch().place) : kept;
        return slice.count() == all.size() ? all : all.subList(slice.from(), slice.to());
    }

    private void giveBack(List<Slice> slices) {
        lock.lock();
        try {
            for (Slice slice : slices) {
                if (taken.remove(slice.order(), slice)) {
                    returned.put(slice.order(), slice);
                }
            }
            hasEvents.signal();
        } finally {
            lock.unlock();
        }
    }

    private final class Taken implements Take {
        private final List<Slice> slices;
        private final List<Event> events;

        Taken(List<Slice> slices, List<Event> events) {
            this.slices = slices;
            this.events = events;
        }

        @Override
        public List<Event> events() {
            return events;
        }

        @Override
        public void commit() {
            List<Stored> delivered = new ArrayList<>();
            lock.lock();
            try {
                for (Slice slice : slices) {
                    if (!taken.remove(slice.order(), slice)) {
                        return;
                    }
                    slice.batch().left -= slice.count();
                    if (slice.batch().left == 0) {
                        delivered.add(slice.batch());
                        cachedBytes -= slice.batch().events == null
                                ? 0
                                : slice.batch().place.length();
                    }
                }
                shrink(events.size());
            } finally {
                lock.unlock();
            }
            try {
                for (Slice slice : slices) {
                    log.append(EventLog.taken(slice.batch().number, slice.from(), slice.to()));
                }
            } catch (IOException failure) {
                counters.increment(Counter.EVENT_TAKE_ERROR);
                LOGGER.warn(
                        "Channel {}: delivered events come again at the next start, because the disk does not take that"
                                + " they were delivered: {}.",
                        counters.name(),
                        failure.getMessage());
            }
            delivered.forEach(batch -> close(batch.place));
            counters.add(Counter.EVENT_TAKE_SUCCESS, events.size());
        }

        @Override
        public void rollback() {
            giveBack(slices);
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
            for (TreeMap<Long, Slice> some : List.of(taken, returned)) {
                if (!some.isEmpty()) {
                    oldest = Math.min(oldest, some.firstEntry().getValue().batch().acceptedMillis);
                }
            }
            Slice first = queue.peek();
            if (first != null) {
                oldest = Math.min(oldest, first.batch().acceptedMillis);
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
    public long stop() {
        if (disk != null) {
            disk.shutdownNow();
        }
        isOpen = false;
        try {
            log.close();
            if (folderLock != null) {
                folderLock.close();
            }
        } catch (IOException failure) {
            LOGGER.warn("Channel {} did not close cleanly: {}.", counters.name(), failure.getMessage());
        }
        return size();
    }
}
