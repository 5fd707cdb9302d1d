/**
 * The web: HTTP interface, live push and screen. The only package that knows the HTTP server.
 */
@NullMarked
package io.polder.web;

import org.jspecify.annotations.NullMarked;
