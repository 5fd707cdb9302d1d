/**
 * The step that says what is in a dataset and which rules hold in it.
 *
 * <p>What flows in: a file, or rows of a table, by way of a {@link io.polder.profile.Workbench}, an engine of its own
 * that works on disk within a stated memory. What flows out: a {@link io.polder.profile.Profile}, which the reports draw
 * and which is the published JSON as it stands.
 */
@NullMarked
package io.polder.profile;

import org.jspecify.annotations.NullMarked;
