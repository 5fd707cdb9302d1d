package io.polder.config;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with a definition, so that all of it is told at once. For one thread. */
final class Problems {
    private record Found(int line, Problem problem) {}

    private final List<Found> found = new ArrayList<>();

    /** A value that is wrong. */
    void add(Value value, String wrong, String fix) {
        add(value.where(), value.shown(), wrong, fix);
    }

    void add(Value.Where where, String value, String wrong, String fix) {
        found.add(new Found(where.line(), new Problem(where.place(), value, wrong, fix)));
    }

    int count() {
        return found.size();
    }

    /** In the order of the file. */
    List<Problem> all() {
        return found.stream()
                .sorted(Comparator.comparingInt(Found::line))
                .map(Found::problem)
                .distinct()
                .toList();
    }

    /** @throws PolderException INVALID_DEFINITION with all problems, when there is one */
    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_DEFINITION, all());
        }
    }
}
