package io.polder.agent;

/**
 * Brings events from the world into channels, through the {@link ChannelProcessor} that it was made with.
 *
 * <p>Made without side effects; {@link #start} opens ports and files.
 */
public interface Source extends AutoCloseable {
    /**
     * Begins, and returns.
     *
     * @throws io.polder.record.PolderException when it cannot, with the key that helps
     */
    void start();

    /** Stops: batches under way are finished, later ones refused. */
    @Override
    void close();
}
