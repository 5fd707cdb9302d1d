package io.polder.config;

import java.util.List;
import java.util.Optional;

/**
 * A table shown as points on the live map: of each key without its time, the latest row.
 *
 * @param latitude column, WGS84 degrees
 * @param longitude column, WGS84 degrees
 * @param colour numeric column that colours the point
 * @param label column with the point's name
 * @param unit of the colour's column, as shown: {@code km/h}
 * @param intensity column with a count that tells "nothing to measure" (zero) from "no reading"; empty for none
 * @param details columns that the panel shows of a chosen point
 */
public record MapLayer(
        String name,
        String table,
        String latitude,
        String longitude,
        String colour,
        Optional<String> label,
        String unit,
        Optional<String> intensity,
        List<String> details) {
    public MapLayer {
        details = List.copyOf(details);
    }
}
