package io.polder.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The profile of a mart's table as it stands.
 *
 * @param state in words: what of the table is in it and what is not yet
 * @param asOf when the youngest part was looked at
 * @param unit how long the slices are into which the table is cut; null when it has no time in its key
 * @param slices how many there are
 * @param waiting how many of them have changed since they were looked at
 * @param from the begin of the first slice
 * @param sampled when the sample was taken from which associations and dependencies are; null when not yet
 * @param sketches the numbers that are not exact, with their errors; all others are
 * @param unusual slices that are not like others of their hour
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TableProfile(
        String table,
        String state,
        String asOf,
        @Nullable String unit,
        int slices,
        int waiting,
        @Nullable String from,
        @Nullable String sampled,
        List<Sketch> sketches,
        List<Season.Unusual> unusual,
        Profile profile) {}
