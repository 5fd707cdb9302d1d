/**
 * Flume's {@code hdfs} sink: events into files of HDFS or of any other file system that Hadoop's client reaches, {@code
 * file://} among them.
 *
 * <p>Events of one folder and one name prefix go into one file at a time, which is open under its in-use name and gets its
 * final one when it is closed. Invariant: a file with a final name is complete and whole. What is open is noted in a file
 * of the agent ({@link OpenFiles}), so that a file whose writer died is closed, cut to its last whole event and renamed by
 * the next one. Only this module knows Hadoop.
 */
@NullMarked
package io.polder.agent.hdfs;

import org.jspecify.annotations.NullMarked;
