package io.polder.profile;

import io.polder.profile.TimeSlice.Unit;
import io.polder.record.WholeFile;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one table, on disk and in memory. For one thread; {@link #snapshot} for any.
 *
 * <p>The table is cut into slices by the hours of its time. Parts of the newest {@value #FINE} slices are kept one by
 * one; those of an older day are put together and looked at again as a day when one of its hours changes, so that
 * neither memory nor the work of putting together grows with every hour. Parts of old days stay on disk, but for what
 * they are together. Of each slice a line of history stays. A table with few rows over many hours is cut by days, months
 * or years. One whose key has no time has a single part: a row of it may leave any slice unseen.
 */
final class TableParts {
    /** So many of the newest slices are kept one by one. */
    private static final int FINE = 48;
    /** More slices than this, and with fewer rows than {@link #FEW} in the mean: the table is cut into larger ones. */
    private static final int MANY = 500;

    private static final int FEW = 100;
    /** Lines of history that are kept. */
    private static final int LINES = 2_400;
    /** Which slices a commit over more than these has changed is looked up: a few old rows make its range long. */
    private static final int WIDE = 2;

    private static final Duration SOON = Duration.ofSeconds(3);

    private static final Duration MERGE_EVERY = Duration.ofSeconds(30);
    /** So many old parts are put together at once: each time ranks become less exact, and all of them are in memory. */
    private static final int TOGETHER = 8;

    private static final String PART = ".part";
    private static final String STATE = "state";
    private static final String HISTORY = "history";
    private static final Instant WHOLE = Instant.EPOCH;

    /**
     * What readers see.
     *
     * @param number another for each
     */
    record Snapshot(
            long number,
            TablePart whole,
            @Nullable Unit unit,
            NavigableMap<Instant, SliceLine> lines,
            int slices,
            int waiting,
            Instant asOf) {}

    /** How a table is named in the store, and what its key says of its time. */
    record Source(
            String table, Optional<String> time, @Nullable Duration retain, ZoneId zone) {
        String relation() {
            return "main." + SuggestedRules.quoted(table);
        }

        String provenance() {
            return "provenance." + SuggestedRules.quoted(table);
        }

        /** @param batch rows of later ones are left out, so that all queries about a slice see the same; 0 for none */
        String where(TimeSlice slice, long batch) {
            String column = SuggestedRules.quoted(time.orElseThrow());
            return provenance() + " WHERE " + (batch == 0 ? "" : "_batch <= " + batch + " AND ") + column + " >= "
                    + timestamp(slice.from()) + " AND " + column + " < " + timestamp(slice.to());
        }
    }

    private final Source source;
    private final Path folder;
    private final String maker;
    private final Duration refresh;
    private List<PartReader.Column> columns = List.of();
    private Unit unit = Unit.HOUR;
    private final TreeMap<Instant, TablePart> fine = new TreeMap<>();
    private final TreeSet<Instant> coarse = new TreeSet<>();
    private @Nullable TablePart older;
    private boolean isOlderBehind;
    private long olderMade;
    private long published;
    private final TreeMap<Instant, SliceLine> lines = new TreeMap<>();
    /** Slices that have changed, and when they may be looked at, by the nanosecond clock. */
    private final TreeMap<Instant, Long> changed = new TreeMap<>();

    /** How often a slice was looked at, and when it may be again, by the nanosecond clock. */
    private record Look(int times, long again) {}

    private final Map<Instant, Look> looked = new TreeMap<>();
    private @Nullable Instant surveyFrom = Instant.MIN;
    private Instant surveyTo = Instant.MAX;
    private long surveyBatch;
    /** When slices may be looked for again after that has failed, by the nanosecond clock. */
    private long surveyAgain = System.nanoTime();

    private long batch;
    private long seen;
    private volatile @Nullable Snapshot snapshot;

    TableParts(Source source, Path folder, String maker, Duration refresh) {
        this.source = source;
        this.folder = folder;
        this.maker = maker;
        this.refresh = refresh;
    }

    Source source() {
        return source;
    }

    /** Null before there is a first part. */
    @Nullable
    Snapshot snapshot() {
        return snapshot;
    }

    List<PartReader.Column> columns() {
        return columns;
    }

    private boolean hasTime() {
        return source.time().isPresent();
    }

    // ---- what has changed

    /** Takes note of batches, the first to the last of several commits: rows from one time to another have changed. */
    void changed(long firstBatch, long batch, Instant from, Instant to) {
        this.batch = Math.max(this.batch, batch);
        if (!hasTime()) {
            mark(WHOLE);
            return;
        }
        TimeSlice first = unit.at(from.isBefore(Instant.EPOCH) ? Instant.EPOCH : from);
        boolean isWide = from.isBefore(Instant.EPOCH)
                || first.from()
                        .plus(Duration.between(first.from(), first.to()).multipliedBy(WIDE))
                        .isBefore(to);
        if (isWide) {
            survey(from, to, Math.max(0, firstBatch - 1));
            return;
        }
        for (TimeSlice slice = first; !slice.from().isAfter(to); slice = slice.next()) {
            mark(slice.from());
        }
    }

    private void survey(Instant from, Instant to, long sinceBatch) {
        if (surveyFrom == null) {
            surveyFrom = from;
            surveyTo = to;
            surveyBatch = sinceBatch;
            return;
        }
        surveyFrom = surveyFrom.isBefore(from) ? surveyFrom : from;
        surveyTo = surveyTo.isAfter(to) ? surveyTo : to;
        surveyBatch = Math.min(surveyBatch, sinceBatch);
    }

    private void mark(Instant slice) {
        Look before = looked.get(slice);
        changed.putIfAbsent(slice, before == null ? System.nanoTime() : before.again());
    }

    /** Whether there is something to do now. */
    boolean hasWork(long now) {
        return isSurveyDue(now) || due(now) != null;
    }

    private boolean isSurveyDue(long now) {
        return surveyFrom != null && now - surveyAgain >= 0;
    }

    /** Whether nobody has seen anything of it yet, and there is something to see. */
    boolean isNew() {
        Snapshot known = snapshot;
        return (known == null || known.whole().rows() == 0) && (surveyFrom != null || !changed.isEmpty());
    }

    int waiting() {
        return changed.size();
    }

    /** The newest that may be looked at. */
    private @Nullable Instant due(long now) {
        for (var entry : changed.descendingMap().entrySet()) {
            if (entry.getValue() - now <= 0) {
                return entry.getKey();
            }
        }
        return null;
    }

    // ---- looking

    /** Does one piece of work: looks for slices, or at one. */
    void step(PartReader.Pace pace, Connection connection, Instant now) throws SQLException, IOException {
        if (columns.isEmpty()) {
            List<PartReader.Column> found = readColumns(connection);
            load(found);
            columns = found;
        }
        if (isSurveyDue(System.nanoTime())) {
            surveyAgain = System.nanoTime() + refresh.toNanos();
            look(connection);
            surveyFrom = null;
            surveyAgain = System.nanoTime();
            publish(now);
            return;
        }
        Instant from = due(System.nanoTime());
        if (from == null) {
            return;
        }
        long start = System.nanoTime();
        // It is done when everything of it is there. If that fails it is tried again, after other slices and tables.
        changed.put(from, start + refresh.toNanos());
        if (!hasTime()) {
            TablePart part = new PartReader(
                            connection,
                            source.provenance() + (batch == 0 ? "" : " WHERE _batch <= " + batch),
                            source.zone(),
                            pace)
                    .read(columns);
            if (part.rows() == 0) {
                Files.deleteIfExists(file(Unit.HOUR, WHOLE));
                fine.clear();
                changed.remove(from);
                publish(now);
                return;
            }
            part.write(file(Unit.HOUR, WHOLE), maker);
            fine.put(WHOLE, part);
            changed.remove(from);
        } else {
            lookAt(pace, connection, new TimeSlice(unit, from));
            changed.remove(from);
            fold();
        }
        // A new slice grows fast, in part; one that takes long is looked at more seldom.
        long took = System.nanoTime() - start;
        Look before = looked.get(from);
        int times = before == null ? 1 : before.times() + 1;
        long pause = Math.min(refresh.toNanos(), SOON.toNanos() << Math.min(times, 10));
        looked.put(from, new Look(times, start + took + Math.max(pause, took)));
        while (looked.size() > LINES) {
            looked.keySet().remove(looked.keySet().iterator().next());
        }
        publish(now);
        writeState();
    }

    private void lookAt(PartReader.Pace pace, Connection connection, TimeSlice slice) throws SQLException, IOException {
        TimeSlice larger = larger(slice.from());
        if (larger != null && isOld(larger)) {
            lookAtOld(pace, connection, larger);
            return;
        }
        TablePart part = reader(pace, connection, slice).read(columns);
        if (part.rows() == 0) {
            Files.deleteIfExists(file(slice.unit(), slice.from()));
            lines.remove(slice.from());
            fine.remove(slice.from());
        } else {
            put(slice, part);
            lines.put(slice.from(), SliceLine.of(slice.from(), part));
            fine.put(slice.from(), part);
        }
    }

    /** A day that is old is looked at as a whole, whichever of its hours have changed. */
    private void lookAtOld(PartReader.Pace pace, Connection connection, TimeSlice day)
            throws SQLException, IOException {
        TablePart part = reader(pace, connection, day).read(columns);
        List<SliceLine> found = part.rows() == 0
                ? List.of()
                : reader(pace, connection, day).readLines(columns, source.time().orElseThrow(), unit);
        for (Instant each : List.copyOf(fine.subMap(day.from(), day.to()).keySet())) {
            Files.deleteIfExists(file(unit, each));
            fine.remove(each);
        }
        lines.subMap(day.from(), true, day.to(), false).clear();
        if (part.rows() == 0) {
            Files.deleteIfExists(file(day.unit(), day.from()));
            coarse.remove(day.from());
            older = null;
        } else {
            found.forEach(line -> lines.put(line.from(), line));
            put(day, part);
            isOlderBehind = true;
            if (!coarse.add(day.from())) {
                older = null;
            }
            writeHistory();
        }
        changed.subMap(day.from(), day.to()).clear();
    }

    private PartReader reader(PartReader.Pace pace, Connection connection, TimeSlice slice) {
        return new PartReader(connection, source.where(slice, batch), source.zone(), pace);
    }

    /** Whether a day ended so long before the newest slice that its hours are not kept one by one. */
    private boolean isOld(TimeSlice day) {
        Instant newest = WHOLE;
        for (TreeMap<Instant, ?> known : List.of(fine, lines, changed)) {
            newest = known.isEmpty() || known.lastKey().isBefore(newest) ? newest : known.lastKey();
        }
        TimeSlice last = new TimeSlice(unit, newest);
        return !day.to()
                .isAfter(newest.minus(Duration.between(last.from(), last.to()).multipliedBy(FINE)));
    }

    private void put(TimeSlice slice, TablePart part) throws IOException {
        part.write(file(slice.unit(), slice.from()), maker);
    }

    private @Nullable TimeSlice larger(Instant from) {
        Unit larger = unit.larger();
        return larger == null ? null : larger.at(from);
    }

    /** Puts the slices of a day together when it has become old. */
    private void fold() throws IOException {
        while (!fine.isEmpty()) {
            TimeSlice day = larger(fine.firstKey());
            if (day == null
                    || !isOld(day)
                    || !changed.subMap(day.from(), day.to()).isEmpty()) {
                return;
            }
            NavigableMap<Instant, TablePart> inside = fine.headMap(day.to(), false);
            List<TablePart> parts = new ArrayList<>(inside.values());
            if (coarse.contains(day.from())) {
                TablePart.read(file(day.unit(), day.from()), maker).ifPresent(parts::add);
            }
            put(day, TablePart.merged(parts));
            coarse.add(day.from());
            older = null;
            writeHistory();
            for (Instant each : List.copyOf(inside.keySet())) {
                fine.remove(each);
                Files.deleteIfExists(file(unit, each));
            }
        }
    }

    /** While old days are being looked at, they are put together now and then: each time costs as much as all of them. */
    private void mergeOlder() {
        boolean isDone = changed.size() <= 1;
        boolean isTime = System.nanoTime() - olderMade > MERGE_EVERY.toNanos();
        if (coarse.isEmpty() || (older != null && !(isOlderBehind && (isDone || isTime)))) {
            return;
        }
        older = null;
        // By eights, eights of eights and so on, as a counter carries: at most seven parts of each order are in memory,
        // and each day's ranks are put together as often as there are orders, and not as there are days.
        List<List<TablePart>> orders = new ArrayList<>();
        Unit larger = unit.larger();
        for (Instant each : coarse) {
            if (larger != null) {
                TablePart.read(file(larger, each), maker).ifPresent(part -> carry(orders, part));
            }
        }
        List<TablePart> left = orders.stream().flatMap(List::stream).toList();
        older = left.isEmpty() ? null : together(left);
        olderMade = System.nanoTime();
        isOlderBehind = false;
    }

    private static void carry(List<List<TablePart>> orders, TablePart part) {
        TablePart carried = part;
        for (List<TablePart> order : orders) {
            order.add(carried);
            if (order.size() < TOGETHER) {
                return;
            }
            carried = TablePart.merged(order);
            order.clear();
        }
        orders.add(new ArrayList<>(List.of(carried)));
    }

    private static TablePart together(List<TablePart> parts) {
        return parts.size() == 1 ? parts.get(0) : TablePart.merged(parts);
    }

    private void publish(Instant now) {
        mergeOlder();
        List<TablePart> parts = new ArrayList<>();
        if (older != null) {
            parts.add(older);
        }
        parts.addAll(fine.values());
        if (parts.isEmpty()) {
            snapshot = null;
            return;
        }
        while (lines.size() > LINES) {
            lines.pollFirstEntry();
        }
        snapshot = new Snapshot(
                ++published,
                together(parts),
                hasTime() ? unit : null,
                new TreeMap<>(lines),
                Math.max(lines.size(), fine.size()),
                changed.size(),
                now);
    }

    /** Looks which slices there are, and which have rows of later batches than were seen. */
    private void look(Connection connection) throws SQLException, IOException {
        Instant from = java.util.Objects.requireNonNull(surveyFrom);
        Instant to = surveyTo;
        long since = surveyBatch;
        if (!hasTime()) {
            mark(WHOLE);
            return;
        }
        boolean isAll = from.isBefore(Instant.EPOCH) && since == 0;
        String time = SuggestedRules.quoted(source.time().orElseThrow());
        if (isAll) {
            chooseUnit(connection, time);
        }
        TreeSet<Instant> there = new TreeSet<>();
        StringBuilder sql = new StringBuilder("SELECT DISTINCT epoch_us(date_trunc('" + unit.name() + "', " + time
                + ")) FROM " + source.provenance() + " WHERE isfinite(" + time + ")");
        if (since > 0) {
            sql.append(" AND _batch > ").append(since);
        }
        if (!from.isBefore(Instant.EPOCH)) {
            sql.append(" AND ")
                    .append(time)
                    .append(" >= ")
                    .append(timestamp(unit.at(from).from()));
        }
        if (to.isBefore(Instant.MAX)) {
            sql.append(" AND ").append(time).append(" <= ").append(timestamp(to));
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql.toString())) {
            while (rows.next()) {
                there.add(Instant.EPOCH.plus(rows.getLong(1), ChronoUnit.MICROS));
            }
        }
        there.forEach(this::mark);
        if (isAll) {
            // What is gone is looked at too, and found empty.
            fine.keySet().stream().filter(each -> !there.contains(each)).forEach(this::mark);
        }
    }

    private void chooseUnit(Connection connection, String time) throws SQLException, IOException {
        for (Unit candidate : Unit.values()) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*), count(DISTINCT date_trunc('"
                            + candidate.name() + "', " + time + ")) FROM " + source.relation())) {
                row.next();
                long slices = row.getLong(2);
                if (slices <= MANY || row.getLong(1) >= slices * FEW || candidate == Unit.YEAR) {
                    if (candidate != unit) {
                        clear();
                        unit = candidate;
                        writeState();
                    }
                    return;
                }
            }
        }
    }

    /** Takes slices out whose rows are too old for the table. */
    void expire(Instant now) throws IOException {
        if (source.retain() == null || !hasTime()) {
            return;
        }
        Instant oldest = now.minus(source.retain());
        TimeSlice edge = unit.at(oldest);
        Unit larger = unit.larger();
        if (!lines.isEmpty() && lines.firstKey().isBefore(oldest)) {
            lines.headMap(edge.from(), false).clear();
            for (Instant each : List.copyOf(fine.headMap(edge.from(), false).keySet())) {
                fine.remove(each);
                Files.deleteIfExists(file(unit, each));
            }
            mark(edge.from());
        }
        while (larger != null
                && !coarse.isEmpty()
                && !new TimeSlice(larger, coarse.first()).to().isAfter(oldest)) {
            Files.deleteIfExists(file(larger, coarse.pollFirst()));
            older = null;
        }
    }

    // ---- on disk

    private List<PartReader.Column> readColumns(Connection connection) throws SQLException {
        List<PartReader.Column> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT column_name, data_type FROM duckdb_columns() WHERE"
                        + " schema_name = 'main' AND table_name = '"
                        + source.table().replace("'", "''") + "' ORDER BY column_index")) {
            while (rows.next()) {
                found.add(new PartReader.Column(rows.getString(1), rows.getString(2)));
            }
        }
        return found;
    }

    /** Other rows have taken the place of all rows, and maybe other columns: everything is looked at anew. */
    void reset(long newBatch) throws IOException {
        batch = newBatch;
        columns = List.of();
        clear();
        Files.deleteIfExists(folder.resolve(STATE));
        Files.deleteIfExists(folder.resolve(HISTORY));
        survey(Instant.MIN, Instant.MAX, 0);
    }

    private Path file(Unit of, Instant from) {
        return folder.resolve((hasTime()
                        ? of.name().toLowerCase(java.util.Locale.ROOT) + "-"
                                + from.toString().replace(":", "")
                        : "whole")
                + PART);
    }

    private void clear() throws IOException {
        fine.clear();
        coarse.clear();
        lines.clear();
        changed.clear();
        looked.clear();
        older = null;
        snapshot = null;
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + PART)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Takes up what the last run has left. */
    private void load(List<PartReader.Column> found) throws IOException {
        Files.createDirectories(folder);
        String shape = shape(found);
        String[] state = readState();
        if (state.length < 4 || !state[2].equals(maker) || !state[3].equals(shape)) {
            clear();
            survey(Instant.MIN, Instant.MAX, 0);
            return;
        }
        unit = Unit.valueOf(state[0]);
        // What was changed so far was marked by hours.
        List<Instant> early = List.copyOf(changed.keySet());
        changed.clear();
        early.forEach(each -> mark(hasTime() ? unit.at(each).from() : each));
        seen = Long.parseLong(state[1]);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + PART)) {
            for (Path file : files) {
                take(file);
            }
        }
        readHistory();
        fine.forEach((from, part) -> lines.put(from, SliceLine.of(from, part)));
        surveyFrom = null;
        if (!hasTime()) {
            mark(WHOLE);
            return;
        }
        survey(Instant.MIN, Instant.MAX, Math.max(1, seen));
        if (fine.isEmpty() && coarse.isEmpty()) {
            survey(Instant.MIN, Instant.MAX, 0);
        } else if (!fine.isEmpty()) {
            mark(fine.lastKey());
        }
    }

    private void take(Path file) {
        String name = String.valueOf(file.getFileName()).replace(PART, "");
        if (!hasTime()) {
            TablePart.read(file, maker).ifPresent(part -> fine.put(WHOLE, part));
            return;
        }
        int dash = name.indexOf('-');
        Unit of = Unit.valueOf(name.substring(0, dash).toUpperCase(java.util.Locale.ROOT));
        String time = name.substring(dash + 1);
        Instant from = Instant.parse(time.replaceFirst("T(\\d\\d)(\\d\\d)(\\d\\d)?", "T$1:$2:00"));
        if (of == unit) {
            TablePart.read(file, maker).ifPresentOrElse(part -> fine.put(from, part), () -> mark(from));
        } else {
            coarse.add(from);
        }
    }

    /** The unit, the batch up to which every change is in a part, whose hashes they are, and the columns; a line each. */
    private String[] readState() throws IOException {
        Path file = folder.resolve(STATE);
        return Files.exists(file) ? Files.readString(file).split("\n", -1) : new String[0];
    }

    private void writeState() throws IOException {
        // What is looked at again after a restart in any case may still be waiting, and nothing else.
        Instant newest = fine.isEmpty() ? WHOLE : fine.lastKey();
        boolean isDone = changed.isEmpty() || (changed.size() == 1 && changed.containsKey(newest));
        if (surveyFrom == null && isDone) {
            seen = Math.max(seen, batch);
        }
        WholeFile.replace(
                folder.resolve(STATE),
                String.join("\n", unit.name(), Long.toString(seen), maker, shape(columns))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static String shape(List<PartReader.Column> columns) {
        return columns.stream()
                .map(column -> column.name() + " " + column.stored())
                .toList()
                .toString();
    }

    private void writeHistory() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(lines.size());
            for (SliceLine line : lines.values()) {
                line.write(out);
            }
        }
        WholeFile.replace(folder.resolve(HISTORY), bytes.toByteArray());
    }

    private void readHistory() {
        Path file = folder.resolve(HISTORY);
        try (DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                SliceLine line = SliceLine.read(in);
                lines.put(line.from(), line);
            }
        } catch (IOException missing) {
            // Without it the charts begin later; nothing else needs it.
            lines.clear();
        }
    }

    static String timestamp(Instant time) {
        long micros = TimeUnit.SECONDS.toMicros(time.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(time.getNano());
        return "make_timestamp(" + micros + ")";
    }
}
