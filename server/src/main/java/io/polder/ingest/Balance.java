package io.polder.ingest;

/** What became of the events that were read: {@code read = logged + filtered + rejected + duplicate}. */
public record Balance(long read, long logged, long filtered, long rejected, long duplicate) {
    public static final Balance ZERO = new Balance(0, 0, 0, 0, 0);

    public Balance plus(Balance other) {
        return new Balance(
                read + other.read,
                logged + other.logged,
                filtered + other.filtered,
                rejected + other.rejected,
                duplicate + other.duplicate);
    }
}
