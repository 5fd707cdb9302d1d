package io.polder.simulate;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Writes a minute as the feed's XML document: with a byte order mark, indented, the time of observation always at UTC+1.
 * For one thread at a time.
 */
final class TrafficDocument {
    /** The offset that the feed writes its times with, in summer too. */
    static final ZoneOffset FEED_OFFSET = ZoneOffset.ofHours(1);

    private static final int BUFFER = 65_536;
    private static final byte[] START_POINT = utf8("    <meetpunt beschrijvende_id=\"");
    private static final byte[] START_UID = utf8("\" unieke_id=\"");
    private static final byte[] START_UNIT = utf8("\">\n        <lve_nr>");
    private static final byte[] START_OBSERVED = utf8("</lve_nr>\n        <tijd_waarneming>");
    private static final byte[] START_MODIFIED = utf8("</tijd_waarneming>\n        <tijd_laatst_gewijzigd>");
    private static final byte[] START_CURRENT = utf8("</tijd_laatst_gewijzigd>\n        <actueel_publicatie>");
    private static final byte[] START_AVAILABLE = utf8("</actueel_publicatie>\n        <beschikbaar>");
    private static final byte[] START_DEFECT = utf8("</beschikbaar>\n        <defect>");
    private static final byte[] START_VALID = utf8("</defect>\n        <geldig>");
    private static final byte[] END_VALID = utf8("</geldig>\n");
    private static final byte[] START_CLASS = utf8("        <meetdata klasse_id=\"");
    private static final byte[] START_COUNT = utf8("\">\n            <verkeersintensiteit>");
    private static final byte[] START_SPEED =
            utf8("</verkeersintensiteit>\n            <voertuigsnelheid_rekenkundig>");
    private static final byte[] START_HARMONIC =
            utf8("</voertuigsnelheid_rekenkundig>\n            <voertuigsnelheid_harmonisch>");
    private static final byte[] END_CLASS = utf8("</voertuigsnelheid_harmonisch>\n        </meetdata>\n");
    private static final byte[] START_OCCUPANCY = utf8("        <rekendata>\n            <bezettingsgraad>");
    private static final byte[] START_AVAILABILITY = utf8("</bezettingsgraad>\n            <beschikbaarheidsgraad>");
    private static final byte[] START_VARIANCE = utf8("</beschikbaarheidsgraad>\n            <onrustigheid>");
    private static final byte[] END_POINT = utf8("</onrustigheid>\n        </rekendata>\n    </meetpunt>\n");

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int used;
    private final LastTime observed = new LastTime();
    private final LastTime modified = new LastTime();
    private final LastTime modifiedLocally = new LastTime();

    TrafficDocument(OutputStream out) {
        this.out = out;
    }

    /** Writes the whole document; the stream is flushed, not closed. */
    void write(RealMinute real, long minute, List<Detector> detectors, List<Reading> readings) throws IOException {
        start(real, minute);
        points(detectors, readings);
        end();
    }

    /** What stands before the first point. */
    void start(RealMinute real, long minute) throws IOException {
        bytes(utf8("\uFEFF<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                + "<miv xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                + " xsi:noNamespaceSchemaLocation=\"http://miv.opendata.belfla.be/miv-verkeersdata.xsd\""
                + " schemaVersion=\"1.0.0\">\n"
                + "    <tijd_publicatie>" + time((minute + 1) * 60, FEED_OFFSET) + "</tijd_publicatie>\n"
                + "    <tijd_laatste_config_wijziging>" + real.configured() + "</tijd_laatste_config_wijziging>\n"));
    }

    /** The points, in their order. */
    void points(List<Detector> detectors, List<Reading> readings) throws IOException {
        for (int index = 0; index < readings.size(); index++) {
            point(detectors.get(index).point(), readings.get(index));
        }
    }

    /** What stands after the last point. */
    void end() throws IOException {
        bytes(utf8("</miv>\n"));
        flush();
    }

    void flush() throws IOException {
        out.write(buffer, 0, used);
        used = 0;
        out.flush();
    }

    /** An instant as the feed writes it: {@code 2017-04-27T14:38:00+01:00}. */
    static String time(long seconds, ZoneOffset offset) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                OffsetDateTime.ofInstant(Instant.ofEpochSecond(seconds), offset));
    }

    private void point(Point point, Reading reading) throws IOException {
        bytes(START_POINT);
        bytes(utf8(escape(point.descriptiveId())));
        bytes(START_UID);
        number(point.uid());
        bytes(START_UNIT);
        number(point.unit());
        bytes(START_OBSERVED);
        bytes(observed.text(reading.observed(), FEED_OFFSET));
        bytes(START_MODIFIED);
        if (point.hasLocalClock()) {
            bytes(modifiedLocally.text(reading.modified(), Rhythm.offset(Instant.ofEpochSecond(reading.modified()))));
        } else {
            bytes(modified.text(reading.modified(), FEED_OFFSET));
        }
        bytes(START_CURRENT);
        number(reading.current());
        bytes(START_AVAILABLE);
        number(reading.available());
        bytes(START_DEFECT);
        number(reading.defect());
        bytes(START_VALID);
        number(reading.valid());
        bytes(END_VALID);
        for (int index = 0; index < Reading.CLASSES; index++) {
            bytes(START_CLASS);
            number(index + 1L);
            bytes(START_COUNT);
            number(reading.counts()[index]);
            bytes(START_SPEED);
            number(reading.speeds()[index]);
            bytes(START_HARMONIC);
            number(reading.harmonics()[index]);
            bytes(END_CLASS);
        }
        bytes(START_OCCUPANCY);
        number(reading.occupancy());
        bytes(START_AVAILABILITY);
        number(reading.availability());
        bytes(START_VARIANCE);
        number(reading.variance());
        bytes(END_POINT);
    }

    /** The text of the last instant that was asked for: neighbours share theirs. */
    private static final class LastTime {
        private long seconds = Long.MIN_VALUE;
        private byte[] text = {};

        byte[] text(long newSeconds, ZoneOffset offset) {
            if (newSeconds != seconds) {
                seconds = newSeconds;
                text = utf8(time(newSeconds, offset));
            }
            return text;
        }
    }

    private void number(long value) throws IOException {
        if (value >= 0 && value < 10) {
            room(1);
            buffer[used++] = (byte) ('0' + value);
            return;
        }
        bytes(utf8(Long.toString(value)));
    }

    private void bytes(byte[] bytes) throws IOException {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, used, bytes.length);
        used += bytes.length;
    }

    private void room(int needed) throws IOException {
        if (used + needed > BUFFER) {
            out.write(buffer, 0, used);
            used = 0;
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
