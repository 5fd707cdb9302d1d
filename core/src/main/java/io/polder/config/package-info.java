/**
 * What people write, read into typed records: a mart's {@code polder.yaml} and a home's {@code platform.yaml}.
 *
 * <p>Every key is declared once, with its type, default and documentation; the reference page is generated from these
 * declarations. All problems of a file are found at once and told as {@link io.polder.record.Problem}s. SQL inside a
 * definition is only carried here; {@code io.polder.enrich} checks it.
 */
@NullMarked
package io.polder.config;

import org.jspecify.annotations.NullMarked;
