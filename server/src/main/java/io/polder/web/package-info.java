/**
 * The web: HTTP interface, live push and screen. The only package that knows the HTTP server.
 *
 * <p>What flows in: requests, and the commits of tables. What flows out: answers as {@code web/openapi.json} describes
 * them, problem documents, events of the live map, and the files of the screen. {@link io.polder.web.Web} wires the
 * rest; {@code Program} is all that it knows of the other parts.
 *
 * <p>The invariants: a change of a map is read and written once, however many look at it; nobody who reads slowly holds
 * up anybody else; no page from elsewhere reads or changes anything.
 */
@NullMarked
package io.polder.web;

import org.jspecify.annotations.NullMarked;
