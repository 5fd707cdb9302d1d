/**
 * What an agent does over HTTP: the {@code http} source, and the port that shows its metrics. One of the two packages that
 * know the HTTP server; the other is {@code io.polder.web}.
 */
@NullMarked
package io.polder.agent.http;

import org.jspecify.annotations.NullMarked;
