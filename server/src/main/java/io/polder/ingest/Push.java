package io.polder.ingest;

import java.util.List;

/**
 * What became of a pushed body; everything counted as logged is in the log.
 *
 * @param rejections the first hundred of the rejected
 */
public record Push(Balance balance, List<Rejection> rejections) {
    /** An event that was not taken: its place in the body, from 1, and why. */
    public record Rejection(long position, String reason) {}
}
