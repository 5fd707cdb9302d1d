package io.polder.profile;

import io.polder.profile.TimeSlice.Unit;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table from one time to another as one part: put together of the parts that are there, and of the rows
 * themselves where a range begins or ends inside of a day that has but one part. When these are many, some rows of the
 * whole range are looked at instead, those whose place in the log hashes to a multiple of a number. For one thread.
 */
final class RangeReader {
    /** More rows than this are not looked at. */
    private static final long MOST = 200_000;

    /**
     * What was found.
     *
     * @param from the begin of the first slice
     * @param rows how many there are
     * @param part of all of them, or of some; null when there are none
     */
    record Range(
            Instant from, Instant to, long rows, @Nullable TablePart part) {
        long looked() {
            return part == null ? 0 : part.rows();
        }
    }

    private final TableParts table;
    private final TableParts.Snapshot known;
    private final Unit unit;
    private final Connection connection;
    private final PartReader.Pace pace;

    RangeReader(TableParts table, TableParts.Snapshot known, Connection connection, PartReader.Pace pace) {
        this.table = table;
        this.known = known;
        this.unit = Objects.requireNonNull(known.unit());
        this.connection = connection;
        this.pace = pace;
    }

    /** Of whole slices: from the begin of that which has {@code from} to the end of that which has the last moment. */
    Range read(Instant from, Instant to) throws SQLException {
        Instant first = unit.at(from).from();
        TimeSlice end = unit.at(to);
        Instant last = end.from().equals(to) ? to : end.to();
        List<TablePart> parts = new ArrayList<>();
        List<Instant[]> left = new ArrayList<>();
        cover(later(first, begin()), earlier(last, end()), parts, left);
        long rows = parts.stream().mapToLong(TablePart::rows).sum();
        String beside = condition(left);
        long unknown = left.isEmpty() ? 0 : count(beside);
        rows += unknown;
        if (unknown > MOST) {
            long every = (rows + MOST - 1) / MOST;
            List<Instant[]> all = new ArrayList<>();
            all.add(new Instant[] {first, last});
            String some = condition(all) + " AND hash(_partition, _offset) % " + every + " = 0";
            return new Range(first, last, rows, part(some));
        }
        if (unknown > 0) {
            parts.add(part(beside));
        }
        return new Range(first, last, rows, parts.isEmpty() ? null : OlderParts.together(parts));
    }

    private TablePart part(String condition) throws SQLException {
        return new PartReader(
                        connection,
                        table.source().provenance() + " WHERE " + condition,
                        table.source().zone(),
                        pace)
                .read(table.columns());
    }

    private void cover(Instant from, Instant to, List<TablePart> parts, List<Instant[]> left) {
        Unit larger = unit.larger();
        Instant at = from;
        while (at.isBefore(to)) {
            TimeSlice day = larger == null ? null : larger.at(at);
            if (day != null && known.days().contains(day.from())) {
                boolean isWhole = day.from().equals(at) && !day.to().isAfter(to);
                Optional<TablePart> part = isWhole ? day(day) : Optional.empty();
                part.ifPresent(parts::add);
                if (part.isEmpty()) {
                    left.add(new Instant[] {at, earlier(day.to(), to)});
                }
                at = day.to();
            } else {
                TablePart part = known.fine().get(at);
                if (part != null) {
                    parts.add(part);
                }
                at = new TimeSlice(unit, at).to();
            }
        }
    }

    /** Of the same columns: the table may have been made anew since. */
    private Optional<TablePart> day(TimeSlice day) {
        return table.day(day).filter(part -> part.shape().equals(known.whole().shape()));
    }

    /** The begin of the table's first slice. */
    private Instant begin() {
        Instant first = known.days().isEmpty() ? Instant.MAX : known.days().get(0);
        return known.fine().keySet().stream().reduce(first, RangeReader::earlier);
    }

    private Instant end() {
        Instant last = known.days().isEmpty()
                ? Instant.MIN
                : new TimeSlice(
                                Objects.requireNonNull(unit.larger()),
                                known.days().get(known.days().size() - 1))
                        .to();
        return known.fine().keySet().stream()
                .map(from -> new TimeSlice(unit, from).to())
                .reduce(last, RangeReader::later);
    }

    private String condition(List<Instant[]> ranges) {
        String time = SuggestedRules.quoted(table.source().time().orElseThrow());
        List<String> conditions = new ArrayList<>();
        for (Instant[] range : ranges) {
            conditions.add("(" + time + " >= " + TableParts.timestamp(range[0]) + " AND " + time + " < "
                    + TableParts.timestamp(range[1]) + ")");
        }
        return "(" + String.join(" OR ", conditions) + ")";
    }

    private long count(String condition) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(pace.seconds());
            try (ResultSet row = statement.executeQuery(
                    "SELECT count(*) FROM " + table.source().provenance() + " WHERE " + condition)) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
