package io.polder.profile;

import io.polder.profile.TimeSlice.Unit;
import io.polder.record.WholeFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The parts of one table on disk: a file for each slice, what all of them are of, and the lines of history. Each file is
 * replaced as a whole, so that a part may be read by any thread while another one writes.
 */
final class PartFolder {
    private static final String PART = ".part";
    private static final String STATE = "state";
    private static final String HISTORY = "history";
    private static final String WHOLE = "whole";

    /**
     * What the parts are of.
     *
     * @param unit how long the newest slices are
     * @param batch up to which every change is in a part
     */
    record State(Unit unit, long batch) {}

    private final Path folder;
    private final String maker;

    /** @param maker whose hashes are in the parts: those of another one are made again */
    PartFolder(Path folder, String maker) {
        this.folder = folder;
        this.maker = maker;
    }

    /** Empty when there is no such part, or it cannot be read. */
    Optional<TablePart> read(TimeSlice slice) {
        return TablePart.read(file(name(slice)), maker);
    }

    void write(TimeSlice slice, TablePart part) throws IOException {
        part.write(file(name(slice)), maker);
    }

    void delete(TimeSlice slice) throws IOException {
        Files.deleteIfExists(file(name(slice)));
    }

    /** Of a table that is not cut. */
    Optional<TablePart> readWhole() {
        return TablePart.read(file(WHOLE), maker);
    }

    void writeWhole(TablePart part) throws IOException {
        part.write(file(WHOLE), maker);
    }

    void deleteWhole() throws IOException {
        Files.deleteIfExists(file(WHOLE));
    }

    private Path file(String name) {
        return folder.resolve(name + PART);
    }

    private static String name(TimeSlice slice) {
        return slice.unit().name().toLowerCase(Locale.ROOT) + "-"
                + slice.from().toString().replace(":", "");
    }

    /** The slices that have a part, readable or not. */
    List<TimeSlice> slices() throws IOException {
        List<TimeSlice> slices = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*-*" + PART)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName()).replace(PART, "");
                int dash = name.indexOf('-');
                Unit unit = Unit.valueOf(name.substring(0, dash).toUpperCase(Locale.ROOT));
                String time = name.substring(dash + 1);
                slices.add(new TimeSlice(
                        unit, Instant.parse(time.replaceFirst("T(\\d\\d)(\\d\\d)(\\d\\d)?", "T$1:$2:00"))));
            }
        }
        return slices;
    }

    /** Deletes everything, first what makes it count. */
    void clear() throws IOException {
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve(STATE));
        Files.deleteIfExists(folder.resolve(HISTORY));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + PART)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Empty when there is none, or when it is of other columns or of another maker. */
    Optional<State> state(List<PartReader.Column> columns) throws IOException {
        Path file = folder.resolve(STATE);
        String[] lines = Files.exists(file) ? Files.readString(file).split("\n", -1) : new String[0];
        return lines.length < 4 || !lines[2].equals(maker) || !lines[3].equals(shape(columns))
                ? Optional.empty()
                : Optional.of(new State(Unit.valueOf(lines[0]), Long.parseLong(lines[1])));
    }

    void write(State state, List<PartReader.Column> columns) throws IOException {
        WholeFile.replace(
                folder.resolve(STATE),
                String.join("\n", state.unit().name(), Long.toString(state.batch()), maker, shape(columns))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static String shape(List<PartReader.Column> columns) {
        return columns.stream()
                .map(column -> column.name() + " " + column.stored())
                .toList()
                .toString();
    }

    void writeHistory(Collection<SliceLine> lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(lines.size());
            for (SliceLine line : lines) {
                line.write(out);
            }
        }
        WholeFile.replace(folder.resolve(HISTORY), bytes.toByteArray());
    }

    /** Empty when it cannot be read: then the charts begin later, and nothing else needs it. */
    NavigableMap<Instant, SliceLine> history() {
        NavigableMap<Instant, SliceLine> lines = new TreeMap<>();
        Path file = folder.resolve(HISTORY);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                SliceLine line = SliceLine.read(in);
                lines.put(line.from(), line);
            }
        } catch (IOException missing) {
            lines.clear();
        }
        return lines;
    }
}
