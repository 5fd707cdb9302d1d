/**
 * The mart as an Impala: the protocol of HiveServer2 on a port of its own, for impyla, Hive's JDBC driver, beeline, Hue,
 * Superset and DBeaver. Statements go in, pages of rows by columns come out.
 *
 * <p>One port takes clients with and without SASL, told apart by their first byte; the messages are those of Hive's
 * Thrift definition {@code TCLIService}, with two calls of Impala's own.
 */
@NullMarked
package io.polder.hive;

import org.jspecify.annotations.NullMarked;
