package io.polder.app;

import io.polder.agent.Agent;
import io.polder.agent.AgentMetrics;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent, and after each change of its file another one. */
final class AgentRun implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AgentRun.class);

    private final Supplier<Agent> reading;
    private final Path file;
    private final Duration drain;
    private volatile Agent agent;
    private @Nullable FileTime seen;
    private boolean isRunning;
    private @Nullable ScheduledExecutorService looking;
    private boolean isClosed;

    AgentRun(Agent first, Supplier<Agent> reading, Path file, Duration drain) {
        agent = first;
        this.reading = reading;
        this.file = file;
        this.drain = drain;
        seen = changed();
    }

    void start() {
        agent.warnings().forEach(LOGGER::warn);
        agent.start();
        isRunning = true;
    }

    AgentMetrics metrics() {
        return agent.metrics();
    }

    /** Looks at the file from time to time, as Flume does. */
    void reloadOnChange(Duration every) {
        looking = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "agent-file");
            thread.setDaemon(true);
            return thread;
        });
        var unused =
                looking.scheduleWithFixedDelay(this::look, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Stops the agent and starts the file's new one, when there is one and it is right. One that does not start is tried
     * again at each look: a port may be taken for a moment.
     */
    synchronized void look() {
        FileTime now = changed();
        if (isClosed || now == null || (now.equals(seen) && isRunning)) {
            return;
        }
        seen = now;
        Agent next;
        try {
            next = reading.get();
        } catch (PolderException wrong) {
            LOGGER.error(
                    "{} has changed and is wrong; {} {}",
                    file,
                    isRunning ? "the agent goes on as it was." : "no agent runs.",
                    wrong.getMessage());
            return;
        }
        if (isRunning) {
            LOGGER.info("{} has changed; the agent is started anew.", file);
            agent.stop(drain);
            isRunning = false;
        }
        agent = next;
        try {
            start();
        } catch (PolderException failure) {
            LOGGER.error("The agent of the changed file does not start; it is tried again. {}", failure.getMessage());
        }
    }

    private @Nullable FileTime changed() {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException gone) {
            return null;
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        if (looking != null) {
            looking.shutdownNow();
        }
        long left = agent.stop(drain);
        if (left > 0) {
            LOGGER.warn("{} events are left for the next start.", left);
        }
    }
}
