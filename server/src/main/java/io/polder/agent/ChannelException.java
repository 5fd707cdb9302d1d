package io.polder.agent;

import org.jspecify.annotations.Nullable;

/** A batch that did not get into its channels: into none of the required ones. The message is a sentence for people. */
public final class ChannelException extends Exception {
    /** Why, and with that whether the same batch can get in later. */
    public enum Reason {
        /** There is no room now; later there may be. */
        FULL,
        /** The batch is above a channel's {@code transactionCapacity} and never gets in. */
        TOO_LARGE,
        /** The channel itself fails: its disk, its broker. Later it may not. */
        FAILED
    }

    private final Reason reason;

    public ChannelException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
