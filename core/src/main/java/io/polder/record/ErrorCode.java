package io.polder.record;

/** What failed, and whose it is to mend; fixes the HTTP status, the exit code and whether trying again can help. */
public enum ErrorCode {
    /** What was asked cannot be done as asked: a query, a request's body, an argument. */
    INVALID_REQUEST(Owner.USER, 400, 2, false),
    /** What was asked for does not exist. */
    NOT_FOUND(Owner.USER, 404, 1, false),
    /** It clashes with what is going on: a name taken, a home held by another process. */
    CONFLICT(Owner.USER, 409, 1, false),
    /** A body, document or result is over its limit. */
    TOO_LARGE(Owner.USER, 413, 1, false),
    /** The body's type or encoding is not one that is read. */
    UNSUPPORTED_MEDIA(Owner.USER, 415, 1, false),
    /** An idempotency key was used again with another body. */
    KEY_REUSED(Owner.USER, 422, 1, false),
    /** A query took longer than it may. */
    TIMED_OUT(Owner.USER, 408, 1, true),
    /** A definition or setting is wrong. */
    INVALID_DEFINITION(Owner.CONFIGURATION, 500, 2, false),
    /** Something we depend on does not answer or is not ready: a feed's server, a broker, free disk. */
    UNAVAILABLE(Owner.DEPENDENCY, 503, 1, true),
    /** The store or the log inside this process failed; the launcher starts the program again. */
    RESTART(Owner.DEPENDENCY, 503, 75, true),
    /** A bug. */
    INTERNAL(Owner.INTERNAL, 500, 1, false);

    /** Who can mend it. */
    public enum Owner {
        USER,
        CONFIGURATION,
        DEPENDENCY,
        INTERNAL
    }

    private final Owner owner;
    private final int httpStatus;
    private final int exitCode;
    private final boolean retryable;

    ErrorCode(Owner owner, int httpStatus, int exitCode, boolean retryable) {
        this.owner = owner;
        this.httpStatus = httpStatus;
        this.exitCode = exitCode;
        this.retryable = retryable;
    }

    public Owner owner() {
        return owner;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public int exitCode() {
        return exitCode;
    }

    /** Whether the same request may succeed later. */
    public boolean isRetryable() {
        return retryable;
    }
}
