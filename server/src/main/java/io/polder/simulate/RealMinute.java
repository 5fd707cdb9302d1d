package io.polder.simulate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The real configuration and the real minute that everything is made from, read from the class path.
 *
 * @param minute the minute observed, since 1970-01-01T00:00Z
 * @param configured the text of {@code tijd_laatste_config_wijziging}
 * @param points in the order of the feed
 */
record RealMinute(long minute, String configured, List<Point> points) {
    private static final String CONFIGURATION = "mivconfig-20170427.xml.gz";
    private static final String TRAFFIC = "verkeersdata-20170427T1439.xml.gz";
    private static final long MINUTE =
            OffsetDateTime.parse("2017-04-27T14:38:00+01:00").toEpochSecond() / 60;
    /** Most units write their readings within a quarter of a minute; a few come half a minute behind these. */
    private static final int LATE_SECONDS = 100;

    RealMinute {
        points = List.copyOf(points);
    }

    static RealMinute load() {
        try {
            Map<String, Map<String, String>> configuration = new HashMap<>();
            String[] configured = {""};
            read(CONFIGURATION, (uid, texts) -> configuration.put(uid, texts), configured);
            List<Point> points = new ArrayList<>();
            read(
                    TRAFFIC,
                    (uid, texts) -> points.add(point(uid, configuration.getOrDefault(uid, Map.of()), texts)),
                    configured);
            return new RealMinute(MINUTE, configured[0], points);
        } catch (IOException failure) {
            throw new UncheckedIOException("reading the simulator's real minute", failure);
        } catch (XMLStreamException failure) {
            throw new IllegalStateException("The simulator's real minute is not XML.", failure);
        }
    }

    /** The configuration as published, without byte order mark. */
    static byte[] configuration() {
        try (InputStream file = open(CONFIGURATION)) {
            return file.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException("reading the simulator's configuration", failure);
        }
    }

    private interface Sink {
        void point(String uid, Map<String, String> texts);
    }

    /** Reads points as their elements' texts; those inside {@code meetdata} carry the class in front: {@code 2/…}. */
    private static void read(String file, Sink sink, String[] configured) throws IOException, XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try (InputStream bytes = open(file)) {
            XMLStreamReader reader = factory.createXMLStreamReader(bytes);
            String uid = "";
            String prefix = "";
            Map<String, String> texts = new HashMap<>();
            StringBuilder text = new StringBuilder();
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        text.setLength(0);
                        switch (reader.getLocalName()) {
                            case "meetpunt" -> {
                                uid = reader.getAttributeValue(null, "unieke_id");
                                texts = new HashMap<>();
                                String descriptiveId = reader.getAttributeValue(null, "beschrijvende_id");
                                if (descriptiveId != null) {
                                    texts.put("beschrijvende_id", descriptiveId);
                                }
                            }
                            case "meetdata" -> prefix = reader.getAttributeValue(null, "klasse_id") + "/";
                            default -> {}
                        }
                    }
                    case XMLStreamConstants.CHARACTERS -> text.append(reader.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        switch (reader.getLocalName()) {
                            case "meetpunt" -> sink.point(uid, texts);
                            case "meetdata" -> prefix = "";
                            case "tijd_laatste_config_wijziging" -> configured[0] = text.toString();
                            default -> texts.put(prefix + reader.getLocalName(), text.toString());
                        }
                        text.setLength(0);
                    }
                    default -> {}
                }
            }
            reader.close();
        }
    }

    private static InputStream open(String file) throws IOException {
        InputStream resource = RealMinute.class.getResourceAsStream(file);
        if (resource == null) {
            throw new IOException("The program lacks its file " + file + ".");
        }
        return new GZIPInputStream(resource, 65_536);
    }

    private static Point point(String uid, Map<String, String> configuration, Map<String, String> texts) {
        long observed = seconds(texts, "tijd_waarneming");
        long modified = seconds(texts, "tijd_laatst_gewijzigd");
        int[] counts = new int[Reading.CLASSES];
        int[] speeds = new int[Reading.CLASSES];
        int[] harmonics = new int[Reading.CLASSES];
        for (int index = 0; index < Reading.CLASSES; index++) {
            String prefix = (index + 1) + "/";
            counts[index] = whole(texts, prefix + "verkeersintensiteit");
            speeds[index] = whole(texts, prefix + "voertuigsnelheid_rekenkundig");
            harmonics[index] = whole(texts, prefix + "voertuigsnelheid_harmonisch");
        }
        Reading real = new Reading(
                observed,
                modified,
                whole(texts, "actueel_publicatie"),
                whole(texts, "beschikbaar"),
                whole(texts, "defect"),
                whole(texts, "geldig"),
                counts,
                speeds,
                harmonics,
                whole(texts, "bezettingsgraad"),
                whole(texts, "beschikbaarheidsgraad"),
                whole(texts, "onrustigheid"));
        return new Point(
                Long.parseLong(uid),
                texts.getOrDefault("beschrijvende_id", ""),
                whole(texts, "lve_nr"),
                configuration.getOrDefault("volledige_naam", ""),
                configuration.getOrDefault("Ident_8", ""),
                decimal(configuration, "Kmp_Rsys"),
                configuration.getOrDefault("Rijstrook", ""),
                decimal(configuration, "breedtegraad_EPSG_4326"),
                decimal(configuration, "lengtegraad_EPSG_4326"),
                observed == MINUTE * 60 && modified - observed >= LATE_SECONDS,
                real);
    }

    private static long seconds(Map<String, String> texts, String name) {
        return OffsetDateTime.parse(texts.getOrDefault(name, "")).toEpochSecond();
    }

    private static int whole(Map<String, String> texts, String name) {
        return Integer.parseInt(texts.getOrDefault(name, ""));
    }

    private static double decimal(Map<String, String> texts, String name) {
        String text = texts.getOrDefault(name, "");
        return text.isEmpty() ? Double.NaN : Double.parseDouble(text.replace(',', '.'));
    }
}
