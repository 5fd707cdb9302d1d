/**
 * The log: Kafka topics, on an embedded broker or an external cluster. The only package that knows Kafka.
 */
@NullMarked
package io.polder.log;

import org.jspecify.annotations.NullMarked;
