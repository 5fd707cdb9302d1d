package io.polder.agent.http;

/** A request that cannot become events; the message is a sentence for whoever sent it. */
final class BadRequestException extends Exception {
    private final int status;

    BadRequestException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
