package io.polder.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Several pieces of work at a time, whose answers do not depend on which of them ends first. */
final class Together {
    private Together() {}

    /**
     * Does a work for each.
     *
     * @param threads at most so many at a time; the caller's own when it is one
     * @return the answers in the order of what they are for
     */
    static <T, R> List<R> run(int threads, List<T> each, Function<T, R> work) {
        if (threads == 1 || each.size() < 2) {
            return each.stream().map(work).toList();
        }
        ExecutorService workers = Executors.newFixedThreadPool(Math.min(threads, each.size()), task -> {
            Thread thread = new Thread(task, "profile");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<R>> begun = new ArrayList<>();
            each.forEach(one -> begun.add(workers.submit(() -> work.apply(one))));
            List<R> answers = new ArrayList<>();
            for (Future<R> answer : begun) {
                answers.add(answer.get());
            }
            return answers;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while it was profiled", stopped);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(failure.getCause());
        } finally {
            end(workers);
        }
    }

    /** What is begun ends before the caller goes on: it may be about to close what they work with. */
    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        boolean isStopped = false;
        boolean isEnded = false;
        while (!isEnded) {
            try {
                isEnded = workers.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException stopped) {
                isStopped = true;
            }
        }
        if (isStopped) {
            Thread.currentThread().interrupt();
        }
    }
}
