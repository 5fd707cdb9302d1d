package io.polder.format;

import io.polder.record.Field;
import io.polder.record.PolderException;
import java.util.List;
import java.util.Optional;

/**
 * Every format there is, by name.
 *
 * <p>What is wrong with options or paths is thrown as one {@link PolderException} with a problem for each; their places
 * are relative to the feed: {@code format.delimiter}, {@code fields.speed.path}.
 */
public final class Formats {
    private Formats() {}

    /** The names that {@code format:} takes: those with fields of the feed's own, then the presets. */
    public static List<String> names() {
        return List.of("json", "csv", "xml", "miv-traffic", "miv-points");
    }

    /** The names whose fields and options are fixed. */
    public static List<String> presets() {
        return List.of("miv-traffic", "miv-points");
    }

    /**
     * A JSON array of objects, a single object, or objects one after another (NDJSON).
     *
     * <p>A field's path is members joined by points, with places in arrays: {@code station.position[0]}; a name that
     * contains a point or bracket is quoted: {@code ["PM2.5"].value}.
     */
    public static Format json(List<Field> fields, JsonOptions options) {
        return new JsonFormat(fields, options);
    }

    /** Lines of cells as RFC 4180 has them. A field's path is the column's name in the header. */
    public static Format csv(List<Field> fields, CsvOptions options) {
        return new CsvFormat(fields, options);
    }

    /**
     * XML with a repeated element.
     *
     * <p>A field's path is relative to the record: {@code lve_nr}, {@code rekendata/bezettingsgraad},
     * {@code @unieke_id}, {@code meetdata[@klasse_id=2]/verkeersintensiteit}; or, with a slash in front, absolute in
     * the document and outside its records: {@code /mivconfig/tijd_laatste_config_wijziging}.
     */
    public static Format xml(List<Field> fields, XmlOptions options) {
        return new XmlFormat(fields, options);
    }

    /** The preset called {@code name}, or empty when there is none. */
    public static Optional<Format> preset(String name) {
        return switch (name) {
            case "miv-traffic" -> Optional.of(Presets.mivTraffic());
            case "miv-points" -> Optional.of(Presets.mivPoints());
            default -> Optional.empty();
        };
    }
}
