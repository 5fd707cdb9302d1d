package io.polder.shell;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees while a query runs: after a moment a bar with the mart's own estimate, which is wiped away at the
 * end. For one thread, but for {@link #interrupt}.
 */
final class Waiting {
    private static final int LOOK_MILLISECONDS = 100;
    /** What is over before is not worth a bar. */
    private static final double PATIENCE_SECONDS = 0.4;

    private static final int WIDTH = 24;

    private final MartClient client;
    private final PrintWriter terminal;
    private final boolean isSeen;
    private volatile @Nullable String running;
    private volatile boolean isInterrupted;
    private boolean isDrawn;
    private long start;

    /** @param isSeen whether {@code terminal} is one, and not a file */
    Waiting(MartClient client, PrintWriter terminal, boolean isSeen) {
        this.client = client;
        this.terminal = terminal;
        this.isSeen = isSeen;
    }

    /** A query of this name begins. */
    void begin(String id) {
        isInterrupted = false;
        running = id;
        start = System.nanoTime();
    }

    /** The query that is under way is to end; does nothing when there is none. Any thread. */
    void interrupt() {
        String id = running;
        if (id != null) {
            isInterrupted = true;
            Thread canceller = new Thread(() -> client.cancel(id), "cancel");
            canceller.setDaemon(true);
            canceller.start();
        }
    }

    boolean isInterrupted() {
        return isInterrupted;
    }

    /** Waits until the answer begins, or fails to. */
    void await(CompletableFuture<?> answer) {
        String id = String.valueOf(running);
        while (!isDone(answer)) {
            if (isInterrupted) {
                // Asked for too early, there was nothing yet to cancel.
                client.cancel(id);
            }
            if (isSeen && seconds() > PATIENCE_SECONDS) {
                Optional<JsonNode> progress = client.progress(id);
                if (progress.isPresent() && !answer.isDone()) {
                    draw(progress.get());
                }
            }
        }
    }

    private static boolean isDone(CompletableFuture<?> answer) {
        try {
            answer.get(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException notYet) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private void draw(JsonNode progress) {
        String state = progress.path("state").asText();
        double share = progress.path("progress").asDouble();
        int filled = (int) Math.round(share * WIDTH);
        String bar = "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "]";
        String what = state.equals("waiting")
                ? "waiting for its turn"
                : bar + String.format(Locale.ROOT, " %3.0f %%", 100 * share);
        line(String.format(Locale.ROOT, "%s  %.1f s  Ctrl-C cancels", what, seconds()));
    }

    /** So many bytes of the answer have come. */
    void received(long bytes) {
        if (isSeen && seconds() > PATIENCE_SECONDS) {
            line(String.format(Locale.ROOT, "%.1f MB  %.1f s  Ctrl-C cancels", bytes / 1e6, seconds()));
        }
    }

    private void line(String text) {
        terminal.print("\r" + text + "\u001B[K");
        terminal.flush();
        isDrawn = true;
    }

    /** Wipes the bar away. */
    void wipe() {
        if (isDrawn) {
            terminal.print("\r\u001B[K");
            terminal.flush();
            isDrawn = false;
        }
    }

    /** The query is over. */
    void end() {
        running = null;
        wipe();
    }
}
