/**
 * Formats: how a document that arrived is split into events, and how an event's bytes become typed columns.
 *
 * <p>An event's value is the exact fragment that arrived. What a fragment cannot say by itself (a CSV header that is in
 * another order than the feed's fields, values of an XML document outside its records) travels beside it as its
 * <em>context</em>. A splitter runs at the edge and reads no more than the key; a decoder runs behind the log.
 */
@NullMarked
package io.polder.format;

import org.jspecify.annotations.NullMarked;
