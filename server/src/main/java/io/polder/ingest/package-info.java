/**
 * Ingest: feeds, from the world to the log. What it answers for is in the log.
 *
 * <p>What flows in are documents: pushed ({@code Pushes}), fetched ({@code PollLoop}), or lying there as files ({@code
 * FilesLoop}). Each is split into events, which are gathered ({@code Gathering}) before any is sent, so that a document that
 * turns out malformed leaves nothing behind. From there all go one way ({@code Edge}): what the log has already is left out,
 * {@code where} and {@code sample} select, the rest is sent, what is no event goes to {@code <topic>.rejected}, and a
 * balance of what was not logged to {@code polder.edge}.
 *
 * <p>The invariant: {@code read = logged + filtered + rejected + duplicate} for what was answered, and each of these is
 * durable before the answer.
 */
@NullMarked
package io.polder.ingest;

import org.jspecify.annotations.NullMarked;
