package io.polder.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Which sink of a group gets the next batch, and which are tried when it fails. For one thread. */
final class SinkChoice {
    private static final Duration FIRST_PENALTY = Duration.ofSeconds(1);

    private enum Way {
        DEFAULT,
        FAILOVER,
        ROUND_ROBIN,
        RANDOM
    }

    private final Way way;
    private final List<SinkState> sinks;
    private final Duration mostPenalty;
    private final boolean punishes;
    private final Random random = new Random();
    private int turn;

    /** A sink with how it fared. */
    private static final class SinkState {
        final int index;
        final long priority;
        int failures;
        long leftAloneUntilNanos;
        boolean isLeftAlone;

        SinkState(int index, long priority) {
            this.index = index;
            this.priority = priority;
        }
    }

    SinkChoice(List<String> names, Settings settings) {
        String type = settings.text("processor.type");
        way = switch (type) {
            case "failover" -> Way.FAILOVER;
            case "load_balance" ->
                settings.text("processor.selector").toLowerCase(Locale.ROOT).equals("random")
                        ? Way.RANDOM
                        : Way.ROUND_ROBIN;
            default -> Way.DEFAULT;
        };
        punishes = way == Way.FAILOVER || settings.isTrue("processor.backoff");
        mostPenalty = settings.millis(way == Way.FAILOVER ? "processor.maxpenalty" : "processor.selector.maxTimeOut");
        sinks = new ArrayList<>();
        for (int index = 0; index < names.size(); index++) {
            // Without priorities Flume goes by the order in which the sinks are written.
            String key = "processor.priority." + names.get(index);
            sinks.add(new SinkState(index, settings.isWritten(key) ? settings.number(key) : -index - 1L));
        }
        if (way == Way.FAILOVER) {
            sinks.sort(
                    Comparator.comparingLong((SinkState sink) -> sink.priority).reversed());
        }
    }

    /** The sinks to try for one batch, by their place among the names; at least one. */
    List<Integer> order(long nowNanos) {
        List<SinkState> order = new ArrayList<>(sinks);
        switch (way) {
            case ROUND_ROBIN -> Collections.rotate(order, -(turn++ % order.size()));
            case RANDOM -> Collections.shuffle(order, random);
            case DEFAULT, FAILOVER -> {}
        }
        List<Integer> able = order.stream()
                .filter(sink -> !sink.isLeftAlone || nowNanos - sink.leftAloneUntilNanos >= 0)
                .map(sink -> sink.index)
                .toList();
        // When all are left alone, waiting for the first of them helps nobody: the runner pauses anyway.
        return able.isEmpty() ? order.stream().map(sink -> sink.index).toList() : able;
    }

    void worked(int index) {
        SinkState sink = state(index);
        sink.failures = 0;
        sink.isLeftAlone = false;
    }

    void failed(int index, long nowNanos) {
        SinkState sink = state(index);
        sink.failures++;
        if (punishes) {
            long penalty = FIRST_PENALTY.toNanos() << Math.min(sink.failures - 1, 20);
            sink.leftAloneUntilNanos = nowNanos + Math.min(penalty, mostPenalty.toNanos());
            sink.isLeftAlone = true;
        }
    }

    private SinkState state(int index) {
        return sinks.stream().filter(sink -> sink.index == index).findFirst().orElseThrow();
    }
}
