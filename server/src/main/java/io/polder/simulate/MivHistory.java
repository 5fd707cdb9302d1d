package io.polder.simulate;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes what a hundred points read every ten minutes for four weeks, as gzipped CSV files, one a day (UTC). */
final class MivHistory {
    static final int POINTS = 100;
    static final int STEP_MINUTES = 10;
    static final int DAYS = 28;

    /** The point of the well-known example: a lane of the N177 at Boom. */
    static final long EXAMPLE = 2_301;

    private static final int STEPS = DAYS * Rhythm.MINUTES_PER_DAY / STEP_MINUTES;
    private static final int STEPS_AT_ONCE = 144;

    private final MivSimulator simulator;

    MivHistory(MivSimulator simulator) {
        this.simulator = simulator;
    }

    /**
     * Writes the files; each appears under its name when it is complete.
     *
     * @param until the last minute written is over by then
     * @return the files, in the order of time
     */
    List<Path> write(Path folder, Instant until) throws IOException {
        Files.createDirectories(folder);
        long last = Math.floorDiv(until.getEpochSecond() / 60 - 1, STEP_MINUTES) * STEP_MINUTES;
        long first = last - (STEPS - 1L) * STEP_MINUTES;
        List<Detector> chosen = chosen();
        List<Path> files = new ArrayList<>();
        for (long minute = first; minute <= last; ) {
            long day = Math.floorDiv(minute, Rhythm.MINUTES_PER_DAY);
            long end = Math.min(last, (day + 1) * Rhythm.MINUTES_PER_DAY - STEP_MINUTES);
            files.add(writeDay(folder, LocalDate.ofEpochDay(day), chosen, minute, end));
            minute = end + STEP_MINUTES;
        }
        return files;
    }

    /** The points that it is about, by uid: one lane at every so many places along the main roads, and the example. */
    List<Detector> chosen() {
        TreeMap<String, List<Detector>> places = new TreeMap<>();
        List<Detector> chosen = new ArrayList<>();
        for (Detector detector : simulator.detectors()) {
            if (detector.point().uid() == EXAMPLE) {
                chosen.add(detector);
            } else if (isSound(detector)) {
                String place = detector.point().ident() + String.valueOf(100_000 + Math.round(detector.place() * 10));
                places.computeIfAbsent(place, unseen -> new ArrayList<>()).add(detector);
            }
        }
        List<List<Detector>> lanes = List.copyOf(places.values());
        int others = POINTS - chosen.size();
        for (int index = 0; index < others; index++) {
            List<Detector> place = new ArrayList<>(lanes.get((int) ((index + 0.5) * lanes.size() / others)));
            place.sort(
                    Comparator.comparing((Detector detector) -> detector.point().lane())
                            .thenComparing(detector -> detector.point().uid()));
            chosen.add(place.get(index % place.size()));
        }
        chosen.sort(Comparator.comparingLong(detector -> detector.point().uid()));
        return chosen;
    }

    private static boolean isSound(Detector detector) {
        Point point = detector.point();
        Reading real = point.real();
        String ident = point.ident();
        boolean isMainRoad = ident.startsWith("A0") || ident.startsWith("R000") || ident.startsWith("R001");
        return detector.carriageway() != null
                && isMainRoad
                && point.lane().startsWith("R1")
                && !point.name().isBlank()
                && real.current() == 1
                && real.defect() == 0
                && real.availability() == 100
                && real.vehicles() > 0
                && real.counts()[1] > 0;
    }

    private Path writeDay(Path folder, LocalDate day, List<Detector> chosen, long first, long last) throws IOException {
        Path file = folder.resolve("traffic-" + day + ".csv.gz");
        Path unfinished = folder.resolve(file.getFileName() + ".tmp");
        try (OutputStream out = new BufferedOutputStream(new QuickGzip(Files.newOutputStream(unfinished)), 1 << 16)) {
            out.write(header().getBytes(StandardCharsets.US_ASCII));
            StringBuilder rows = new StringBuilder(STEPS_AT_ONCE * 100);
            for (long minute = first; minute <= last; minute += STEP_MINUTES) {
                rows.setLength(0);
                rows(rows, chosen, simulator.minute(minute, chosen));
                out.write(rows.toString().getBytes(StandardCharsets.US_ASCII));
            }
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return file;
    }

    private static String header() {
        StringBuilder header =
                new StringBuilder("uid,time,valid,lve_nr,last_modified,current_publication,available,defect");
        for (int number = 1; number <= Reading.CLASSES; number++) {
            String name = ",measure_class_" + number;
            header.append(name)
                    .append("_count")
                    .append(name)
                    .append("_speed")
                    .append(name)
                    .append("_harmonic_speed");
        }
        return header.append(",occupancy,availability,variance\n").toString();
    }

    private static void rows(StringBuilder rows, List<Detector> chosen, List<Reading> readings) {
        String observed = "";
        String modified = "";
        long last = Long.MIN_VALUE;
        for (int index = 0; index < readings.size(); index++) {
            Point point = chosen.get(index).point();
            Reading reading = readings.get(index);
            if (reading.observed() != last) {
                last = reading.observed();
                observed = TrafficDocument.time(last, TrafficDocument.FEED_OFFSET);
                modified = TrafficDocument.time(reading.modified(), TrafficDocument.FEED_OFFSET);
            }
            rows.append(point.uid()).append(',').append(observed).append(',').append(reading.valid());
            rows.append(',')
                    .append(point.unit())
                    .append(',')
                    .append(modified)
                    .append(',')
                    .append(reading.current());
            rows.append(',').append(reading.available()).append(',').append(reading.defect());
            for (int row = 0; row < Reading.CLASSES; row++) {
                rows.append(',')
                        .append(reading.counts()[row])
                        .append(',')
                        .append(reading.speeds()[row])
                        .append(',');
                if (reading.harmonics()[row] < Reading.INITIAL) {
                    rows.append(reading.harmonics()[row]);
                }
            }
            rows.append(',').append(reading.occupancy()).append(',').append(reading.availability());
            rows.append(',').append(reading.variance()).append('\n');
        }
    }

    /** Gzip at its fastest: the files are read once, soon, and then thrown away. */
    private static final class QuickGzip extends GZIPOutputStream {
        QuickGzip(OutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
