package io.polder.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A failure that a person or a calling program is told of: a code, and sentences that name place, value and fix. */
public class PolderException extends RuntimeException {
    private final ErrorCode code;
    private final transient List<Problem> problems;

    public PolderException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public PolderException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.problems = List.of();
    }

    /** A failure that consists of these problems, all of which are told. */
    public PolderException(ErrorCode code, List<Problem> problems) {
        super(String.join("\n", problems.stream().map(Problem::toString).toList()));
        this.code = code;
        this.problems = List.copyOf(problems);
    }

    public ErrorCode code() {
        return code;
    }

    public List<Problem> problems() {
        return problems;
    }
}
