package io.polder.format;

import io.polder.record.Field;
import io.polder.record.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The two feeds of the Flemish traffic centre (<i>Meten in Vlaanderen</i>), as presets of the generic XML format.
 *
 * <p>The names of the columns are those of the tables that people know. Harmonic speeds carry codes: 251 is the initial
 * value, 252 no vehicles, 254 cannot be calculated; none is a speed, so all are NULL. The arithmetic speed has no such
 * code: without vehicles it is 0 in the feed and here, and it is the count of the class that tells so.
 */
final class Presets {
    private static final int CLASSES = 5;
    private static final Set<String> NO_HARMONIC_SPEED = Set.of("251", "252", "254");

    private Presets() {}

    static Format mivTraffic() {
        List<Field> fields = new ArrayList<>(List.of(
                new Field("uid", "@unieke_id", Type.BIGINT),
                new Field("time", "tijd_waarneming", Type.TIMESTAMP),
                new Field("valid", "geldig", Type.INTEGER),
                new Field("lve_nr", "lve_nr", Type.INTEGER),
                new Field("last_modified", "tijd_laatst_gewijzigd", Type.TIMESTAMP),
                new Field("current_publication", "actueel_publicatie", Type.INTEGER),
                new Field("available", "beschikbaar", Type.INTEGER),
                new Field("defect", "defect", Type.INTEGER)));
        for (int number = 1; number <= CLASSES; number++) {
            String name = "measure_class_" + number;
            String path = "meetdata[@klasse_id=" + number + "]/";
            fields.add(new Field(name + "_count", path + "verkeersintensiteit", Type.INTEGER));
            fields.add(new Field(name + "_speed", path + "voertuigsnelheid_rekenkundig", Type.INTEGER));
            fields.add(new Field(
                    name + "_harmonic_speed", path + "voertuigsnelheid_harmonisch", Type.INTEGER, NO_HARMONIC_SPEED));
        }
        fields.add(new Field("occupancy", "rekendata/bezettingsgraad", Type.INTEGER));
        fields.add(new Field("availability", "rekendata/beschikbaarheidsgraad", Type.INTEGER));
        fields.add(new Field("variance", "rekendata/onrustigheid", Type.INTEGER));
        return new XmlFormat(fields, new XmlOptions("miv/meetpunt"));
    }

    static Format mivPoints() {
        return new XmlFormat(
                List.of(
                        new Field("uid", "@unieke_id", Type.BIGINT),
                        new Field("descriptive_id", "beschrijvende_id", Type.VARCHAR),
                        new Field("name", "volledige_naam", Type.VARCHAR),
                        new Field("ident_8", "Ident_8", Type.VARCHAR),
                        new Field("lve_nr", "lve_nr", Type.INTEGER),
                        new Field("km", "Kmp_Rsys", Type.DOUBLE),
                        new Field("lane", "Rijstrook", Type.VARCHAR),
                        new Field("x", "X_coord_EPSG_31370", Type.DOUBLE),
                        new Field("y", "Y_coord_EPSG_31370", Type.DOUBLE),
                        new Field("lon", "lengtegraad_EPSG_4326", Type.DOUBLE),
                        new Field("lat", "breedtegraad_EPSG_4326", Type.DOUBLE),
                        new Field("valid_from", "/mivconfig/tijd_laatste_config_wijziging", Type.TIMESTAMP)),
                new XmlOptions("mivconfig/meetpunt", Set.of("NULL"), ','));
    }
}
