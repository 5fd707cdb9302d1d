/** What every implementation of a contract must pass, and what tests share. For test class paths only. */
@NullMarked
package io.polder.testkit;

import org.jspecify.annotations.NullMarked;
