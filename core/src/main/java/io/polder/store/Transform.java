package io.polder.store;

import io.polder.record.Schema;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table's SELECT, checked to be row-local and made ready to run over a micro-batch.
 *
 * <p>{@link #sql} reads the relation {@value #EVENT}, whose columns are the events' fields, {@value #ACCEPTED}
 * (TIMESTAMP, UTC), {@value #ROW}, {@value #PARTITION}, {@value #OFFSET} and {@value #FEED}, and for each {@link Reference} the relation
 * of that name. It yields {@link #columns} in order, then {@value #ROW}, {@value #PARTITION}, {@value #OFFSET}.
 *
 * @param event the fields of the events that it reads
 * @param columns the table's columns
 * @param passed columns that are event fields unchanged, with the field's place
 * @param keepsEveryEvent whether it yields exactly one row for each event
 * @param references the tables that it joins
 */
public record Transform(
        String sql,
        Schema event,
        List<Column> columns,
        Map<String, Integer> passed,
        boolean keepsEveryEvent,
        List<Reference> references) {
    /** The relation that stands for the batch's events. */
    public static final String EVENT = "polder_event";

    /** The event's row in the batch, from 0. */
    public static final String ROW = "polder_row";

    /** The partition that the event stands in. */
    public static final String PARTITION = "polder_partition";

    /** The event's offset in its partition. */
    public static final String OFFSET = "polder_offset";

    /** The feed that the event came from. */
    public static final String FEED = "polder_feed";

    /** When the event was accepted. */
    public static final String ACCEPTED = "accepted";

    /** In a reference as of a time: since when a row holds; minus infinity for the first of its key. */
    public static final String SINCE = "polder_since";

    /** What a store keeps of each row beside its columns, in lower case. */
    public static final Set<String> STORED_BESIDE =
            Set.of("_partition", "_offset", "_batch", "_accepted", "_feed", ROW, PARTITION, OFFSET);

    public Transform {
        columns = List.copyOf(columns);
        passed = Map.copyOf(passed);
        references = List.copyOf(references);
    }

    /** The names of the columns, in order. */
    public List<String> names() {
        return columns.stream().map(Column::name).toList();
    }

    /** The names of the tables that it joins. */
    public Set<String> tables() {
        return Set.copyOf(references.stream().map(Reference::table).toList());
    }

    /** A column of the table; {@code type} as the engine's SQL names it. */
    public record Column(String name, String type) {}

    /**
     * A table that is joined.
     *
     * @param relation what {@link Transform#sql} calls it
     * @param table its name
     * @param key its key without its time
     * @param time its key's time; empty when its key has none
     * @param isAsOf whether the row is the one that held at the event's time, or the latest
     */
    public record Reference(String relation, String table, List<String> key, String time, boolean isAsOf) {}
}
