package io.polder.profile;

import io.polder.profile.TimeSlice.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
    /** Lines of history that are kept. */
    private static final int LINES = 2_400;
    /** Which slices a commit over more than these has changed is looked up: a few old rows make its range long. */
    private static final int WIDE = 2;

    private static final Duration SOON = Duration.ofSeconds(3);

    private static final Instant WHOLE = Instant.EPOCH;

    /**
     * What readers see.
     *
     * @param number another for each
     * @param fine parts of the newest slices, by their begin
     * @param days the begins of older ones that were put together to the next larger unit: see {@link #day}
     */
    record Snapshot(
            long number,
            TablePart whole,
            @Nullable Unit unit,
            Map<Instant, TablePart> fine,
            List<Instant> days,
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
    private final PartFolder folder;
    private final Duration refresh;
    private List<PartReader.Column> columns = List.of();
    private Unit unit = Unit.HOUR;
    private final TreeMap<Instant, TablePart> fine = new TreeMap<>();
    private final OlderParts older;
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
        this.folder = new PartFolder(folder, maker);
        older = new OlderParts(this.folder);
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
            List<PartReader.Column> found = new SliceFinder(connection, source).columns();
            load(found);
            columns = found;
        }
        if (isSurveyDue(System.nanoTime())) {
            surveyAgain = System.nanoTime() + refresh.toNanos();
            look(new SliceFinder(connection, source));
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
                folder.deleteWhole();
                fine.clear();
                changed.remove(from);
                publish(now);
                return;
            }
            folder.writeWhole(part);
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
        if (larger != null && (older.has(larger) || isOld(larger))) {
            lookAtDay(pace, connection, larger);
            return;
        }
        TablePart part = reader(pace, connection, slice).read(columns);
        if (part.rows() == 0) {
            folder.delete(slice);
            lines.remove(slice.from());
            fine.remove(slice.from());
        } else {
            folder.write(slice, part);
            lines.put(slice.from(), SliceLine.of(slice.from(), part));
            fine.put(slice.from(), part);
        }
    }

    /** A day that is old is looked at as a whole, whichever of its hours have changed. */
    private void lookAtDay(PartReader.Pace pace, Connection connection, TimeSlice day)
            throws SQLException, IOException {
        TablePart part = reader(pace, connection, day).read(columns);
        List<SliceLine> found = part.rows() == 0
                ? List.of()
                : reader(pace, connection, day).readLines(columns, source.time().orElseThrow(), unit);
        lines.subMap(day.from(), true, day.to(), false).clear();
        found.forEach(line -> lines.put(line.from(), line));
        folder.writeHistory(lines.values());
        if (part.rows() == 0) {
            older.remove(day);
        } else {
            older.put(day, part, false);
        }
        forget(day);
        changed.subMap(day.from(), day.to()).clear();
    }

    /** Hours of a day whose part holds them. What is left of this when the program ends is done at the next start. */
    private void forget(TimeSlice day) throws IOException {
        for (Instant each : List.copyOf(fine.subMap(day.from(), day.to()).keySet())) {
            fine.remove(each);
            folder.delete(new TimeSlice(unit, each));
        }
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
            List<TablePart> parts = List.copyOf(fine.headMap(day.to(), false).values());
            folder.writeHistory(lines.values());
            older.put(day, TablePart.merged(parts), true);
            forget(day);
        }
    }

    private void publish(Instant now) {
        List<Instant> unreadable = new ArrayList<>();
        TablePart days = older.whole(unit.larger(), changed.size() <= 1, unreadable);
        unreadable.forEach(this::mark);
        List<TablePart> parts = new ArrayList<>();
        if (days != null) {
            parts.add(days);
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
                OlderParts.together(parts),
                hasTime() ? unit : null,
                Map.copyOf(fine),
                older.days(),
                new TreeMap<>(lines),
                Math.max(lines.size(), fine.size()),
                changed.size(),
                now);
    }

    /** Looks which slices there are, and which have rows of later batches than were seen. */
    private void look(SliceFinder finder) throws SQLException, IOException {
        Instant from = java.util.Objects.requireNonNull(surveyFrom);
        long since = surveyBatch;
        if (!hasTime()) {
            mark(WHOLE);
            return;
        }
        boolean isAll = from.isBefore(Instant.EPOCH) && since == 0;
        if (isAll) {
            Unit chosen = finder.unit();
            if (chosen != unit) {
                clear();
                unit = chosen;
                writeState();
            }
        }
        Set<Instant> there = finder.slices(unit, from, surveyTo, since);
        there.forEach(this::mark);
        if (isAll) {
            // What is gone is looked at too, and found empty.
            fine.keySet().stream().filter(each -> !there.contains(each)).forEach(this::mark);
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
                folder.delete(new TimeSlice(unit, each));
            }
            mark(edge.from());
        }
        if (larger != null) {
            older.removeBefore(oldest, larger);
        }
    }

    // ---- on disk

    /** Other rows have taken the place of all rows, and maybe other columns: everything is looked at anew. */
    void reset(long newBatch) throws IOException {
        batch = newBatch;
        columns = List.of();
        clear();
        survey(Instant.MIN, Instant.MAX, 0);
    }

    /** The part of an older day; empty when it is being replaced. For any thread. */
    Optional<TablePart> day(TimeSlice day) {
        return folder.read(day);
    }

    private void clear() throws IOException {
        fine.clear();
        older.clear();
        lines.clear();
        changed.clear();
        looked.clear();
        snapshot = null;
        folder.clear();
    }

    /** Takes up what the last run has left. */
    private void load(List<PartReader.Column> found) throws IOException {
        Optional<PartFolder.State> state = folder.state(found);
        if (state.isEmpty()) {
            clear();
            survey(Instant.MIN, Instant.MAX, 0);
            return;
        }
        unit = state.get().unit();
        // What was changed so far was marked by hours.
        List<Instant> early = List.copyOf(changed.keySet());
        changed.clear();
        early.forEach(each -> mark(hasTime() ? unit.at(each).from() : each));
        seen = state.get().batch();
        surveyFrom = null;
        if (!hasTime()) {
            folder.readWhole().ifPresent(part -> fine.put(WHOLE, part));
            mark(WHOLE);
            return;
        }
        lines.putAll(folder.history());
        takeSlices();
        fine.forEach((from, part) -> lines.put(from, SliceLine.of(from, part)));
        survey(Instant.MIN, Instant.MAX, Math.max(1, seen));
        if (fine.isEmpty() && older.isEmpty()) {
            survey(Instant.MIN, Instant.MAX, 0);
        } else if (!fine.isEmpty()) {
            mark(fine.lastKey());
        }
    }

    private void takeSlices() throws IOException {
        List<TimeSlice> slices = folder.slices();
        slices.stream().filter(slice -> slice.unit() == unit.larger()).forEach(older::found);
        for (TimeSlice slice : slices) {
            TimeSlice day = larger(slice.from());
            if (slice.unit() != unit) {
                continue;
            }
            if (day != null && older.has(day)) {
                // The day's part holds it: the last run ended before this one was deleted.
                folder.delete(slice);
            } else {
                folder.read(slice).ifPresentOrElse(part -> fine.put(slice.from(), part), () -> mark(slice.from()));
            }
        }
    }

    private void writeState() throws IOException {
        // What is looked at again after a restart in any case may still be waiting, and nothing else.
        Instant newest = fine.isEmpty() ? WHOLE : fine.lastKey();
        boolean isDone = changed.isEmpty() || (changed.size() == 1 && changed.containsKey(newest));
        if (surveyFrom == null && isDone) {
            seen = Math.max(seen, batch);
        }
        folder.write(new PartFolder.State(unit, seen), columns);
    }

    static String timestamp(Instant time) {
        long micros = TimeUnit.SECONDS.toMicros(time.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(time.getNano());
        return "make_timestamp(" + micros + ")";
    }
}
