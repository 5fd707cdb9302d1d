package io.polder.agent;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes batches from a channel and has a sink deliver them, or the sinks of a group in their turn; on a thread of its own.
 *
 * <p>A sink alone may have several batches under way; what it fails to deliver goes back to the front of the channel. The
 * sinks of a group get one batch at a time, so that the next can have what the first could not deliver.
 */
final class SinkRunner {
    private static final Logger LOGGER = LoggerFactory.getLogger(SinkRunner.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration LOOK_WHILE_STOPPING = Duration.ofMillis(50);
    private static final Duration GATHER = Duration.ofMillis(40);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** After this, a delivery that is under way counts as failing: whoever looks hears of it within two seconds. */
    private static final Duration SLOW = Duration.ofMillis(1_200);

    private final String name;
    private final List<Member> members;
    private final SinkChoice choice;
    private final Channel channel;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean isStopping;
    private volatile long stopNanos;
    private volatile Duration pause = Duration.ZERO;
    /** Whether the last take left nothing. */
    private boolean hasEmptied;

    /** A sink with its counters, and since when its deliveries are under way. */
    static final class Member {
        final Sink sink;
        final Counters counters;
        final Semaphore permits;
        final int mostInFlight;
        /** When deliveries that are not complete began, in nanoseconds, with a number that makes them differ. */
        final ConcurrentSkipListSet<Long> underWay = new ConcurrentSkipListSet<>();

        volatile boolean isSlow;

        Member(Sink sink, Counters counters, int mostInFlight) {
            this.sink = sink;
            this.counters = counters;
            this.mostInFlight = mostInFlight;
            permits = new Semaphore(mostInFlight);
        }
    }

    SinkRunner(String name, List<Member> members, SinkChoice choice, Channel channel, InstantSource clock) {
        this.name = name;
        this.members = List.copyOf(members);
        this.choice = choice;
        this.channel = channel;
        this.clock = clock;
        thread = new Thread(this::run, "sink-" + name);
    }

    static Member alone(Sink sink, Counters counters) {
        return new Member(sink, counters, sink.maxInFlight());
    }

    static Member inGroup(Sink sink, Counters counters) {
        return new Member(sink, counters, 1);
    }

    Channel channel() {
        return channel;
    }

    List<Member> members() {
        return members;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!isOver()) {
                try {
                    deliver();
                } catch (RuntimeException bug) {
                    // The events are in the channel still, and a sink that gave up for ever would only let it fill.
                    LOGGER.error("Sink {} failed in a way that nobody foresaw; it tries again.", name, bug);
                    members.forEach(member -> member.counters.troubled("failed by " + bug, clock.instant()));
                    grow();
                }
                if (hasEmptied && !isStopping) {
                    // To be woken for each event costs more than to deliver it. One that comes after a lull is not
                    // kept.
                    channel.gather(GATHER);
                }
                pause();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver() throws InterruptedException {
        if (members.size() == 1) {
            deliverAlone(members.get(0));
        } else {
            deliverInGroup();
        }
    }

    private boolean isOver() {
        if (!isStopping) {
            return false;
        }
        return channel.isDurable() || System.nanoTime() - stopNanos >= 0 || channel.oldestMillis() < 0;
    }

    private void deliverAlone(Member member) throws InterruptedException {
        Duration patience = isStopping ? LOOK_WHILE_STOPPING : LOOK;
        if (!member.permits.tryAcquire() && !member.permits.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
        }
        Channel.Take take = null;
        try {
            take = take(member, patience);
        } finally {
            if (take == null) {
                member.permits.release();
            }
        }
        if (take == null) {
            return;
        }
        Channel.Take taken = take;
        Long begun = begin(member);
        CompletableFuture<Void> delivery = deliver(member, taken);
        var unused = delivery.whenComplete((done, failure) -> {
            member.underWay.remove(begun);
            try {
                if (failure == null) {
                    taken.commit();
                    delivered(member, taken.events().size());
                    pause = Duration.ZERO;
                } else {
                    taken.rollback();
                    failed(member, failure);
                    grow();
                }
            } catch (RuntimeException bug) {
                LOGGER.error("Sink {} could not finish a delivery; it tries again.", name, bug);
                member.counters.troubled("failed by " + bug, clock.instant());
                grow();
            } finally {
                member.permits.release();
            }
        });
    }

    private void deliverInGroup() throws InterruptedException {
        List<Integer> order = choice.order(System.nanoTime());
        Member first = members.get(order.get(0));
        Channel.Take take = take(first, isStopping ? LOOK_WHILE_STOPPING : LOOK);
        if (take == null) {
            return;
        }
        for (int index : order) {
            Member member = members.get(index);
            if (member != first) {
                count(member, take.events().size());
            }
            if (deliverNow(member, take)) {
                choice.worked(index);
                take.commit();
                delivered(member, take.events().size());
                pause = Duration.ZERO;
                return;
            }
            choice.failed(index, System.nanoTime());
        }
        take.rollback();
        grow();
    }

    private boolean deliverNow(Member member, Channel.Take take) throws InterruptedException {
        Long begun = begin(member);
        CompletableFuture<Void> delivery = deliver(member, take);
        try {
            delivery.get();
            return true;
        } catch (ExecutionException | CancellationException failure) {
            failed(member, failure);
            return false;
        } finally {
            member.underWay.remove(begun);
        }
    }

    private static Long begin(Member member) {
        long now = System.nanoTime();
        while (!member.underWay.add(now)) {
            now++;
        }
        return now;
    }

    private static CompletableFuture<Void> deliver(Member member, Channel.Take take) {
        try {
            return member.sink.deliver(take.events());
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private Channel.@Nullable Take take(Member member, Duration patience) throws InterruptedException {
        Channel.Take take;
        try {
            take = channel.take(member.sink.batchSize(), patience);
        } catch (ChannelException failure) {
            member.counters.increment(Counter.CHANNEL_READ_FAIL);
            channel.counters().increment(Counter.EVENT_TAKE_ERROR);
            channel.counters().troubled(String.valueOf(failure.getMessage()), clock.instant());
            grow();
            return null;
        }
        if (take == null) {
            hasEmptied = false;
            member.counters.increment(Counter.BATCH_EMPTY);
            return null;
        }
        hasEmptied = take.events().size() < member.sink.batchSize();
        count(member, take.events().size());
        return take;
    }

    private static void count(Member member, int events) {
        member.counters.add(Counter.EVENT_DRAIN_ATTEMPT, events);
        member.counters.increment(events < member.sink.batchSize() ? Counter.BATCH_UNDERFLOW : Counter.BATCH_COMPLETE);
    }

    private static void delivered(Member member, int events) {
        member.counters.add(Counter.EVENT_DRAIN_SUCCESS, events);
        if (member.isSlow && member.underWay.isEmpty()) {
            member.isSlow = false;
        }
        member.counters.well();
    }

    private void failed(Member member, Throwable failure) {
        Throwable cause = (failure instanceof CompletionException || failure instanceof ExecutionException)
                        && failure.getCause() != null
                ? failure.getCause()
                : failure;
        member.counters.increment(Counter.ROLLBACK);
        if (!member.isSlow) {
            // A slow one was counted when it became slow.
            member.counters.increment(Counter.CONNECTION_FAILED);
        }
        member.isSlow = false;
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (member.counters.trouble().isEmpty()) {
            LOGGER.warn("Sink {} cannot deliver: {}. It tries again until it can.", member.counters.name(), reason);
        }
        member.counters.troubled(reason, clock.instant());
    }

    /** Tells of deliveries that take too long; called about twice a second, on another thread. */
    void watch() {
        long now = System.nanoTime();
        for (Member member : members) {
            Long oldest = member.underWay.isEmpty() ? null : member.underWay.first();
            if (oldest == null || now - oldest < SLOW.toNanos()) {
                continue;
            }
            if (!member.isSlow) {
                member.isSlow = true;
                member.counters.increment(Counter.CONNECTION_FAILED);
                LOGGER.warn("Sink {} waits: {}.", member.counters.name(), member.sink.whyWaiting());
            }
            member.counters.troubled(member.sink.whyWaiting(), clock.instant().minusNanos(now - oldest));
        }
    }

    private void grow() {
        Duration longer = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private void pause() throws InterruptedException {
        Duration wanted = pause;
        long start = System.nanoTime();
        while (!wanted.isZero() && System.nanoTime() - start < wanted.toNanos() && !isOver()) {
            Thread.sleep(Math.min(50, Math.max(1, wanted.toMillis())));
        }
    }

    /** Asks it to stop: a durable channel is left at once, another one drained until {@code untilNanos}. */
    void stop(long untilNanos) {
        stopNanos = untilNanos;
        isStopping = true;
    }

    /** Waits until it has stopped and its deliveries are complete; gives both up after {@code untilNanos}. */
    void awaitStop(long untilNanos) throws InterruptedException {
        thread.join(millisUntil(untilNanos));
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join(LOOK.toMillis());
        }
        for (Member member : members) {
            var unused = member.permits.tryAcquire(member.mostInFlight, millisUntil(untilNanos), TimeUnit.MILLISECONDS);
        }
    }

    private static long millisUntil(long nanos) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos - System.nanoTime()));
    }
}
