package io.polder.app;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * How far a long job is, as a bar that a terminal draws over itself; nothing when nobody looks. For one thread.
 *
 * <p>Whether there is a terminal is told by the launcher ({@code polder.terminal}): Java cannot tell on all versions.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 30;

    private final PrintWriter out;
    private final String what;
    private final long whole;
    private final boolean isSeen;
    private long done;
    private int shown = -1;

    /** @param whole the amount that is all of it, in the unit of {@link #add} */
    Progress(PrintWriter out, String what, long whole) {
        this.out = out;
        this.what = what;
        this.whole = Math.max(1, whole);
        this.isSeen = Boolean.getBoolean("polder.terminal");
    }

    void add(long amount) {
        done += amount;
        int percent = (int) Math.min(100, done * 100 / whole);
        if (isSeen && percent != shown) {
            int filled = percent * WIDTH / 100;
            out.print(String.format(
                    Locale.ROOT, "\r%s [%s%s] %3d %%", what, "#".repeat(filled), ".".repeat(WIDTH - filled), percent));
            out.flush();
            shown = percent;
        }
    }

    /** Leaves the bar's line. */
    @Override
    public void close() {
        if (shown >= 0) {
            out.println();
            out.flush();
        }
    }
}
