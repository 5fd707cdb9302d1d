/** What tests of several modules share: contracts that every implementation must hold, golden files, fixtures. */
@NullMarked
package io.polder.testkit;

import org.jspecify.annotations.NullMarked;
