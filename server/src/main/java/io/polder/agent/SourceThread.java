package io.polder.agent;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source's own thread, which looks again and again, and waits for room where a sender would be told to come back. */
public abstract class SourceThread implements Source {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceThread.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    protected final String name;
    protected final Counters counters;
    protected final InstantSource clock;
    private final ChannelProcessor processor;
    private final Duration longestPause;
    private final Thread thread;
    private volatile boolean isStopping;

    protected SourceThread(Parts.Context context, Duration longestPause) {
        name = context.name();
        counters = context.counters();
        clock = context.clock();
        processor = context.processor();
        this.longestPause = longestPause;
        thread = new Thread(this::run, "source-" + name);
    }

    @Override
    public void start() {
        open();
        thread.start();
    }

    /** Looks whether it can work at all; on the caller's thread. */
    protected abstract void open();

    /**
     * Looks once.
     *
     * @return whether there was something, so that it is worth to look again at once
     */
    protected abstract boolean look() throws InterruptedException;

    /** How long it waits after it found nothing. */
    protected abstract Duration pause();

    /** Puts what it must not forget on the disk; on the source's thread, at its end. */
    protected abstract void finish();

    private void run() {
        try {
            while (!isStopping) {
                if (!look()) {
                    sleep(pause());
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            counters.increment(Counter.GENERIC_PROCESSING_FAIL);
            counters.troubled("ended by " + bug, clock.instant());
            LOGGER.error("Source {} ended in a way that nobody foresaw.", name, bug);
        }
        finish();
    }

    protected final boolean isStopping() {
        return isStopping;
    }

    private void sleep(Duration duration) throws InterruptedException {
        long start = System.nanoTime();
        while (!isStopping && System.nanoTime() - start < duration.toNanos()) {
            Thread.sleep(Math.max(1, Math.min(50, duration.toMillis())));
        }
    }

    /**
     * Puts a batch into its channels, however long that takes.
     *
     * @return false when the source is stopped before it is in them
     */
    protected final boolean put(List<Event> events) throws InterruptedException {
        counters.increment(Counter.APPEND_BATCH_RECEIVED);
        counters.add(Counter.EVENT_RECEIVED, events.size());
        Duration pause = FIRST_PAUSE;
        while (!isStopping) {
            try {
                processor.process(events);
                counters.increment(Counter.APPEND_BATCH_ACCEPTED);
                counters.add(Counter.EVENT_ACCEPTED, events.size());
                counters.well();
                return true;
            } catch (ChannelException refused) {
                counters.increment(Counter.CHANNEL_WRITE_FAIL);
                counters.troubled(
                        refused.reason() == ChannelException.Reason.FULL
                                ? "waits for room"
                                : String.valueOf(refused.getMessage()),
                        clock.instant());
            }
            sleep(pause);
            pause = pause.multipliedBy(2);
            pause = pause.compareTo(longestPause) > 0 ? longestPause : pause;
        }
        return false;
    }

    /** Something of the world is not as it must be; the source goes on with the rest. */
    protected final void tell(String what) {
        counters.increment(Counter.EVENT_READ_FAIL);
        counters.troubled(what, clock.instant());
        LOGGER.warn("Source {}: {}.", name, what);
    }

    @Override
    public void close() {
        isStopping = true;
        try {
            thread.join(STOP_PATIENCE.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(STOP_PATIENCE.toMillis());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
