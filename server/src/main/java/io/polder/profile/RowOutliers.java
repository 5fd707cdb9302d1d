package io.polder.profile;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table in which a column of numbers is far from the others, asked of the table as it is now.
 *
 * @param key the names of the key's columns
 * @param low the first quartile less 1.5 times the distance of the quartiles
 * @param high the third quartile and 1.5 times that distance
 * @param mad the median of the distances from the median
 * @param count rows that are outside of {@code low} to {@code high}, or whose modified z is above 3.5
 * @param isExact whether quartiles and medians are
 * @param isHidden whether rows are not named, since the table has personal columns
 * @param rows the furthest of these
 * @param season null when the table has no hours or days to compare
 * @param unusual slices of all that are kept whose least or greatest value is not like that of others of their season
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RowOutliers(
        String table,
        String column,
        List<String> key,
        double low,
        double high,
        double median,
        double mad,
        long count,
        boolean isExact,
        boolean isHidden,
        List<Far> rows,
        @Nullable Season season,
        List<UnusualSlice> unusual) {
    /**
     * A row that is far from the others.
     *
     * @param modifiedZ 0.6745 times the distance from the median by the MAD; null when that is 0
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Far(
            List<String> key,
            double value,
            boolean isBeyondFences,
            @Nullable Double modifiedZ) {}

    /**
     * The rows of one slice, the last that is over when nobody says which, against those of slices of its season.
     *
     * @param compared with which: such as Monday, 17 h
     * @param slices how many of them
     * @param judged rows of which enough others are known, of the same other columns of the key
     * @param count those that are far
     */
    public record Season(
            String from, String to, String compared, int slices, long judged, long count, List<Unseasonal> rows) {}

    /**
     * A slice whose least or greatest value is not like that of others of its season.
     *
     * @param extreme least or greatest
     * @param usual the median of those of the others
     * @param z how far, in robust deviations
     */
    public record UnusualSlice(String from, String extreme, double value, double usual, double z, String compared) {}

    /**
     * A row that is not like others of its season.
     *
     * @param usual the median of the others
     * @param z how far, in robust deviations
     */
    public record Unseasonal(List<String> key, double value, double usual, double z) {}
}
