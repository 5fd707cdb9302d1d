package io.polder.store.duck;

import io.polder.config.Rule;
import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Schema;
import io.polder.record.Type;
import io.polder.store.Batch;
import io.polder.store.Commit;
import io.polder.store.StoredTable;
import io.polder.store.TableDefinition;
import io.polder.store.Transform;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a table in DuckDB.
 *
 * <p><b>How a batch is applied.</b> There is no key index: one costs ten times what the rest of the write costs, in time
 * and in space. Instead each row is sorted into one of four classes by its key's time:
 *
 * <ol>
 *   <li><em>certainly new</em>: later than anything that its subject (the key without the time) has; inserted without a
 *       look. In a live feed these are nearly all.
 *   <li><em>recent</em>: a row of that key may exist; deleted by key within the literal time range of these rows, which
 *       lets the engine skip all row groups outside it, then inserted.
 *   <li><em>bulk</em>: old, from a bounded feed or a great many at once; as recent, with a wide range, whose scan is
 *       paid once for many rows.
 *   <li><em>late</em>: old and few; a wide scan for each batch would cost more than all the rest, so they are set aside
 *       in the late table, in the same transaction, and merged every few seconds.
 * </ol>
 *
 * <p>Within the batch the last of equal keys is found first, in Java. When the SELECT passes the key through unchanged and
 * neither filters nor has rules (the <em>direct</em> way), all of this is decided on the decoded events, and the engine
 * reads those straight into the table. Otherwise the SELECT's rows are staged in memory first.
 *
 * <p>A late row is never newer than a waiting one of its key by accident: within a key the time is the same, so that both
 * go the same way; before a bulk row overtakes waiting ones, those are merged.
 */
final class DuckTable implements StoredTable {
    /** So many fixed or marked rows are kept of a rule and an hour; the counts are of all. */
    private static final int MARKS_OF_AN_HOUR = 1_000;

    /** Older than this behind the newest row, a row that is not certainly new counts as late. */
    private static final long LATE_MICROS = Duration.ofMinutes(10).toNanos() / 1000;

    /** How far ahead of its acceptance a row's time may be to count as progress of time. */
    private static final long AHEAD_MICROS = Duration.ofMinutes(5).toNanos() / 1000;

    /** From so many on, late rows of one batch are applied at once. */
    private static final int BULK_FROM = 5_000;

    private static final byte APPLIED = 0;
    private static final byte FILTERED = 1;
    private static final byte REJECTED = 2;
    private static final byte TOO_LATE = 3;
    private static final byte WAITING = 4;

    private final DuckStore store;
    private final DuckDBConnection connection;
    private volatile TableDefinition definition;
    private final int generation;
    private final InstantSource clock;
    private final EventFunction events;
    private boolean isDirect;
    private final boolean hasPassedKey;
    private final Schema keySchema;
    private final List<String> keyReads;
    private final Keys keys;
    private final int[] subjectAt;
    private final int timeAt;
    private final boolean isTimeInKey;
    private final HighWater highWater = new HighWater();
    private final Map<Integer, Long> positions = new TreeMap<>();

    private long watermark = Long.MIN_VALUE;
    private volatile long batchNumber;
    private long waiting;
    private byte[] fate = new byte[0];
    private int[] picked = new int[0];
    private int[] existing = new int[0];
    private int[] late = new int[0];
    private @Nullable PreparedStatement directInsert;

    /** The name of a generation's table in schema {@code store}. */
    static String physical(String table, int generation) {
        return table + "~" + generation;
    }

    static DuckTable open(
            DuckStore store,
            java.sql.Connection connection,
            TableDefinition definition,
            int generation,
            int number,
            InstantSource clock)
            throws SQLException {
        DuckTable table = new DuckTable(store, (DuckDBConnection) connection, definition, generation, number, clock);
        table.events.register(connection);
        return table;
    }

    private DuckTable(
            DuckStore store,
            DuckDBConnection connection,
            TableDefinition definition,
            int generation,
            int number,
            InstantSource clock) {
        this.store = store;
        this.connection = connection;
        this.definition = definition;
        this.generation = generation;
        this.clock = clock;
        Transform transform = definition.transform();
        events = new EventFunction(transform.event(), "polder_events_" + number);

        List<String> needed = new ArrayList<>(definition.subject());
        definition.time().ifPresent(needed::add);
        hasPassedKey = needed.stream().allMatch(transform.passed()::containsKey);
        isDirect = isDirect(definition);
        subjectAt = new int[definition.subject().size()];
        List<String> reads = new ArrayList<>();
        if (hasPassedKey) {
            keySchema = transform.event();
            for (int index = 0; index < subjectAt.length; index++) {
                subjectAt[index] = place(transform, definition.subject().get(index));
            }
            timeAt = definition.time().map(time -> place(transform, time)).orElse(-1);
        } else {
            List<Field> fields = new ArrayList<>();
            for (int index = 0; index < subjectAt.length; index++) {
                String column = definition.subject().get(index);
                fields.add(new Field(column, column, keyType(transform, column)));
                subjectAt[index] = index;
            }
            definition.time().ifPresent(time -> fields.add(new Field(time, time, Type.TIMESTAMP)));
            keySchema = new Schema(fields);
            timeAt = definition.time().isPresent() ? subjectAt.length : -1;
        }
        for (String column : definition.subject()) {
            Field field = keySchema.fields().get(hasPassedKey ? place(transform, column) : keySchema.indexOf(column));
            reads.add(readable(field.type(), Sql.name(column)));
        }
        keyReads = List.copyOf(reads);
        isTimeInKey = definition.keyTime().isPresent();
        keys = new Keys(subjectAt, isTimeInKey ? timeAt : -1);
        recover();
    }

    private boolean isDirect(TableDefinition of) {
        return hasPassedKey
                && of.transform().keepsEveryEvent()
                && of.rules().isEmpty()
                && of.version().isEmpty();
    }

    @Override
    public TableDefinition redefine(Function<Map<Integer, Long>, TableDefinition> change) {
        return store.exclusively(() -> {
            TableDefinition wanted = change.apply(positions());
            store.redefine(wanted);
            definition = wanted;
            isDirect = isDirect(wanted);
            return wanted;
        });
    }

    private static int place(Transform transform, String column) {
        return java.util.Objects.requireNonNull(transform.passed().get(column));
    }

    private static Type keyType(Transform transform, String column) {
        String type = transform.columns().stream()
                .filter(candidate -> candidate.name().equals(column))
                .findFirst()
                .orElseThrow()
                .type();
        return switch (type) {
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER" -> Type.BIGINT;
            case "TIMESTAMP" -> Type.TIMESTAMP;
            case "DATE" -> Type.DATE;
            case "BOOLEAN" -> Type.BOOLEAN;
            case "DOUBLE", "FLOAT" -> Type.DOUBLE;
            default -> Type.VARCHAR;
        };
    }

    /** An expression whose value is what {@link Columns} holds for the type. */
    private static String readable(Type type, String column) {
        return switch (type) {
            case INTEGER, BIGINT -> "CAST(" + column + " AS BIGINT)";
            case BOOLEAN -> "CAST(" + column + " AS BIGINT)";
            case TIMESTAMP -> "epoch_us(" + column + ")";
            case DATE -> "CAST(" + column + " - DATE '1970-01-01' AS BIGINT)";
            case DOUBLE -> "CAST(" + column + " AS DOUBLE)";
            case VARCHAR -> "CAST(" + column + " AS VARCHAR)";
        };
    }

    TableDefinition definition() {
        return definition;
    }

    int generation() {
        return generation;
    }

    @Override
    public String name() {
        return definition.name();
    }

    @Override
    public String definitionHash() {
        return definition.hash();
    }

    @Override
    public Map<Integer, Long> positions() {
        synchronized (positions) {
            return Map.copyOf(positions);
        }
    }

    // ---- taking up where the table stands

    private void recover() {
        synchronized (positions) {
            positions.clear();
        }
        batchNumber = 0;
        watermark = Long.MIN_VALUE;
        try (Statement statement = connection.createStatement()) {
            for (Transform.Reference reference : definition.transform().references()) {
                statement.execute(relation(reference));
            }
            try (ResultSet result =
                    statement.executeQuery("SELECT batch, positions FROM store.batches WHERE generation = "
                            + Sql.text(physical()) + " ORDER BY batch DESC LIMIT 1")) {
                if (result.next()) {
                    batchNumber = result.getLong(1);
                    synchronized (positions) {
                        positions.putAll(Bookkeeping.positions(result.getString(2)));
                    }
                }
            }
            long latestWaiting = Long.MIN_VALUE;
            String newestLate = isTimeInKey ? "epoch_us(max(" + Sql.name(time()) + "))" : "NULL";
            try (ResultSet result = statement.executeQuery("SELECT count(*), " + newestLate + " FROM " + lateTable())) {
                result.next();
                waiting = result.getLong(1);
                if (waiting > 0) {
                    latestWaiting = result.getLong(2);
                }
            }
            if (batchNumber == 0) {
                return;
            }
            String latest = isTimeInKey ? "epoch_us(max(" + Sql.name(time()) + "))" : "0";
            String subject = keyReads.isEmpty() ? "" : String.join(", ", keyReads) + ", ";
            Columns row = new Columns(keySchema, 16);
            try (ResultSet result =
                    statement.executeQuery("SELECT " + subject + latest + " FROM " + table() + " GROUP BY ALL")) {
                while (result.next()) {
                    for (int index = 0; index < subjectAt.length; index++) {
                        read(result, index + 1, row, subjectAt[index]);
                    }
                    long time = result.getLong(subjectAt.length + 1);
                    highWater.raise(keys.subjectHash(row, 0), time);
                    row.undoRow();
                }
            }
            if (isTimeInKey) {
                long ahead = Bookkeeping.micros(clock.instant()) + AHEAD_MICROS;
                try (ResultSet result = statement.executeQuery("SELECT epoch_us(max(" + Sql.name(time()) + ")) FROM "
                        + table() + " WHERE " + Sql.name(time()) + " <= " + Sql.timestamp(ahead))) {
                    result.next();
                    long newest = result.getLong(1);
                    watermark = result.wasNull() ? Long.MIN_VALUE : newest;
                }
                // What was late once stays late: a newer row of a waiting one's key must not be written before it.
                if (waiting > 0) {
                    watermark = Math.max(watermark, latestWaiting + LATE_MICROS + 1);
                }
            }
        } catch (SQLException exception) {
            throw DuckStore.failure("opening table " + name(), exception);
        }
    }

    private static String relation(Transform.Reference reference) {
        String source = "main." + Sql.name(reference.table());
        String subject = reference.key().isEmpty() ? "" : "PARTITION BY " + Sql.names("", reference.key());
        String view = "CREATE OR REPLACE TEMP VIEW " + Sql.name(reference.relation()) + " AS SELECT *";
        if (reference.time().isEmpty()) {
            return view + " FROM " + source;
        }
        String time = Sql.name(reference.time());
        if (reference.isAsOf()) {
            return view + ", CASE WHEN " + time + " = min(" + time + ") OVER (" + subject
                    + ") THEN TIMESTAMP '-infinity' ELSE " + time + " END AS " + Transform.SINCE + " FROM " + source;
        }
        return view + " FROM " + source + " QUALIFY row_number() OVER (" + subject + " ORDER BY " + time + " DESC) = 1";
    }

    private static void read(ResultSet result, int index, Columns into, int column) throws SQLException {
        switch (into.schema().fields().get(column).type()) {
            case VARCHAR -> {
                String text = result.getString(index);
                if (text != null) {
                    into.setText(column, text.getBytes(StandardCharsets.UTF_8));
                }
            }
            case DOUBLE -> {
                double value = result.getDouble(index);
                if (!result.wasNull()) {
                    into.setDouble(column, value);
                }
            }
            case BOOLEAN, INTEGER, BIGINT, TIMESTAMP, DATE -> {
                long value = result.getLong(index);
                if (!result.wasNull()) {
                    into.setLong(column, value);
                }
            }
        }
    }

    // ---- applying a batch

    @Override
    public Commit apply(Batch batch) {
        return store.exclusively(() -> {
            Commit commit = orRecover("applying a batch to table " + name(), ignored -> write(batch));
            // Not before the commit: whoever waits for a position wants to find its rows.
            synchronized (positions) {
                positions.putAll(commit.positions());
            }
            return commit;
        });
    }

    /** Runs a transaction; when it fails, what is held in memory is read again from what is stored. */
    private <T> T orRecover(String doing, DuckStore.Work<T> work) {
        try {
            return DuckStore.transaction(connection, doing, work);
        } catch (RuntimeException exception) {
            try {
                recover();
            } catch (RuntimeException second) {
                exception.addSuppressed(second);
            }
            throw exception;
        } finally {
            // Also after a failure: a commit may have come through that said it had not.
            store.changed(name());
        }
    }

    private Commit write(Batch batch) throws SQLException {
        int rows = batch.rows();
        grow(rows);
        Arrays.fill(fate, 0, rows, APPLIED);
        events.read(batch);
        Rejections rejections = new Rejections();
        Map<LedgerKey, long[]> violations = Map.of();

        int count;
        Columns keyed;
        if (isDirect) {
            keyed = batch.columns();
            count = pickAll(keyed, rows, rejections);
        } else {
            violations = stage(batch, rejections);
            keyed = hasPassedKey ? batch.columns() : readKeys(rows);
            count = pickStaged(rows);
        }
        count = dropTooLate(batch, keyed, count);
        count = keys.lastOfEach(keyed, picked, count, row -> {});

        Classes classes = classify(batch, keyed, count);
        long number = store.takeBatchNumber();
        long merged = 0;
        if (classes.overtakesWaiting && waiting > 0) {
            Merged before = mergeWaiting(number);
            merged = before.count;
            classes.minTime = Math.min(classes.minTime, before.minTime);
            classes.maxTime = Math.max(classes.maxTime, before.maxTime);
        }
        if (classes.existing > 0) {
            events.select(existing, classes.existing);
            delete(classes);
        }
        events.select(picked, classes.insert);
        insert(number, classes.insert, rows);
        if (classes.late > 0) {
            events.select(late, classes.late);
            setAside();
        }

        Map<Integer, Long> after = new TreeMap<>(positions);
        after.putAll(batch.positions());
        Span accepted = new Span();
        Map<LedgerKey, long[]> ledger = balance(batch, accepted);
        if (classes.insert > 0) {
            publish(number);
        }
        reject(batch, rejections);
        rememberIdempotent(batch);
        Instant committed = clock.instant();
        writeLedger(ledger, violations);
        writeBatch(number, after, batch.events(), accepted, batch.logged(), committed);

        batchNumber = number;
        waiting += classes.late;
        remember(keyed, classes);
        return new Commit(
                name(),
                number,
                counts(
                        ledger,
                        merged,
                        violations.values().stream().mapToLong(this::kept).sum()),
                classes.minTime == Long.MAX_VALUE ? null : instant(classes.minTime),
                classes.maxTime == Long.MIN_VALUE ? null : instant(classes.maxTime),
                Instant.ofEpochMilli(accepted.first),
                Instant.ofEpochMilli(accepted.last),
                batch.logged(),
                committed,
                after);
    }

    private int pickAll(Columns keyed, int rows, Rejections rejections) {
        int count = 0;
        for (int row = 0; row < rows; row++) {
            if (keys.hasNull(keyed, row)) {
                fate[row] = REJECTED;
                rejections.add(row, keyIsNull());
            } else {
                picked[count++] = row;
            }
        }
        return count;
    }

    private String keyIsNull() {
        return "A column of the key (" + String.join(", ", definition.key()) + ") is NULL";
    }

    /** Runs the SELECT and the rules into a table in memory; returns how often each rule was broken. */
    private Map<LedgerKey, long[]> stage(Batch batch, Rejections rejections) throws SQLException {
        int rows = batch.rows();
        List<Rule> rules = definition.rules();
        StringBuilder sql = new StringBuilder("CREATE OR REPLACE TEMP TABLE staged AS SELECT ");
        for (Transform.Column column : definition.transform().columns()) {
            String name = Sql.name(column.name());
            String checks = rules.stream()
                    .filter(rule -> rule.onViolation() == Rule.OnViolation.NULLIFY
                            && rule.column().equals(column.name()))
                    .map(rule -> "NOT (" + broken(rule) + ")")
                    .collect(Collectors.joining(" AND "));
            sql.append(checks.isEmpty() ? name : "CASE WHEN " + checks + " THEN " + name + " END AS " + name)
                    .append(", ");
        }
        sql.append(String.join(", ", Transform.ROW, Transform.PARTITION, Transform.OFFSET));
        for (int index = 0; index < rules.size(); index++) {
            boolean isFix = rules.get(index).onViolation() == Rule.OnViolation.FIX;
            sql.append(", ")
                    .append(
                            isFix
                                    ? "polder_broken_" + index + ", polder_was_" + index + ", polder_fixed_" + index
                                            + ", polder_broken_" + index
                                    : broken(rules.get(index)))
                    .append(" AS polder_rule_")
                    .append(index);
        }
        String keyIsNull = definition.key().stream()
                .map(column -> Sql.name(column) + " IS NULL")
                .collect(Collectors.joining(" OR "));
        sql.append(" FROM ").append(fixed());
        long staged;
        Map<LedgerKey, long[]> violations = Map.of();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.toString());
            StringBuilder counts = new StringBuilder("SELECT count(*), count(*) FILTER (WHERE " + keyIsNull + ")");
            for (int index = 0; index < rules.size(); index++) {
                counts.append(", count(*) FILTER (WHERE polder_rule_")
                        .append(index)
                        .append(")");
            }
            boolean hasRejects;
            boolean isBroken = false;
            try (ResultSet result = statement.executeQuery(counts + " FROM staged")) {
                result.next();
                staged = result.getLong(1);
                hasRejects = result.getLong(2) > 0;
                for (int index = 0; index < rules.size(); index++) {
                    boolean isThis = result.getLong(3 + index) > 0;
                    isBroken |= isThis;
                    hasRejects |= isThis && rules.get(index).onViolation() == Rule.OnViolation.REJECT;
                }
            }
            if (staged > rows) {
                throw new PolderException(
                        ErrorCode.INVALID_DEFINITION,
                        "tables." + name() + ".select: gave " + staged + " rows for " + rows
                                + " events: a join matched more than one row. Fix: join on the whole key of the table");
            }
            if (isBroken) {
                violations = violations(statement, batch);
                writeViolations(violations);
            }
            if (staged < rows) {
                Arrays.fill(fate, 0, rows, FILTERED);
                try (ResultSet result = statement.executeQuery("SELECT polder_row FROM staged")) {
                    while (result.next()) {
                        fate[result.getInt(1)] = APPLIED;
                    }
                }
            }
            if (hasRejects) {
                rejectStaged(statement, keyIsNull, rejections);
            }
            if (isBroken) {
                mark(statement);
            }
            if (definition.version().isPresent()) {
                keepNewestVersions(statement);
            }
        }
        return violations;
    }

    /** SQL that is true of a staged row that a rule applies to and that breaks it. */
    private static String broken(Rule rule) {
        StringBuilder broken = new StringBuilder("((").append(rule.check()).append(") IS FALSE");
        if (!rule.since().isEmpty()) {
            broken.append(" AND ").append(Transform.OFFSET).append(" >= ").append(place(rule.since()));
        }
        if (!rule.until().isEmpty()) {
            broken.append(" AND ").append(Transform.OFFSET).append(" < ").append(place(rule.until()));
        }
        return broken.append(')').toString();
    }

    /** The offset at the partition of a row; 0 for one that had no event then. */
    private static String place(List<Long> offsets) {
        StringBuilder place = new StringBuilder("(CASE ").append(Transform.PARTITION);
        for (int partition = 0; partition < offsets.size(); partition++) {
            place.append(" WHEN ").append(partition).append(" THEN ").append(offsets.get(partition));
        }
        return place.append(" ELSE 0 END)").toString();
    }

    /**
     * The rows of the SELECT with what rules fix, each rule over what those before it have made: whether the row broke it,
     * what the value was, and whether the new one keeps the rule; else the value stays.
     */
    private String fixed() {
        String rows = "(" + definition.transform().sql() + ")";
        List<Rule> rules = definition.rules();
        for (int index = 0; index < rules.size(); index++) {
            Rule rule = rules.get(index);
            if (rule.onViolation() != Rule.OnViolation.FIX) {
                continue;
            }
            String column = Sql.name(rule.column());
            String type = definition.transform().columns().stream()
                    .filter(each -> each.name().equals(rule.column()))
                    .map(Transform.Column::type)
                    .findFirst()
                    .orElseThrow();
            rows = "(SELECT *, " + broken(rule) + " AS polder_broken_" + index + " FROM " + rows + ")";
            rows = "(SELECT * REPLACE (CASE WHEN polder_broken_" + index + " THEN TRY_CAST(("
                    + rule.fix().orElseThrow()
                    + ") AS " + type + ") ELSE " + column + " END AS " + column + "), " + column + " AS polder_was_"
                    + index + " FROM " + rows + ")";
            rows = "(SELECT *, polder_broken_" + index + " AND " + column + " IS NOT NULL AND (" + rule.check()
                    + ") IS NOT FALSE AS polder_fixed_" + index + " FROM " + rows + ")";
            rows = "(SELECT * REPLACE (CASE WHEN polder_broken_" + index + " AND NOT polder_fixed_" + index
                    + " THEN polder_was_" + index + " ELSE " + column + " END AS " + column + ") FROM " + rows + ")";
        }
        return rows;
    }

    /** Keeps what rules have fixed, and the rows that they mark: the first of each hour. */
    private void mark(Statement statement) throws SQLException {
        String key = definition.key().stream()
                .map(column -> "CAST(s." + Sql.name(column) + " AS VARCHAR)")
                .collect(Collectors.joining(", "));
        List<Rule> rules = definition.rules();
        for (int index = 0; index < rules.size(); index++) {
            Rule rule = rules.get(index);
            boolean isFix = rule.onViolation() == Rule.OnViolation.FIX;
            if (!isFix && rule.onViolation() != Rule.OnViolation.MARK) {
                continue;
            }
            String column = rule.column().isEmpty() ? "NULL" : "s." + Sql.name(rule.column());
            statement.execute("INSERT INTO store.marks SELECT " + Sql.text(physical()) + ", " + Sql.text(rule.name())
                    + ", " + (rule.column().isEmpty() ? "NULL" : Sql.text(rule.column())) + ", s."
                    + Transform.PARTITION + ", s." + Transform.OFFSET + ", concat_ws(',', " + key + "), CAST("
                    + (isFix ? "s.polder_was_" + index : column) + " AS VARCHAR), "
                    + (isFix
                            ? "CASE WHEN s.polder_fixed_" + index + " THEN CAST(" + column + " AS VARCHAR) END"
                            : "NULL")
                    + ", e." + Transform.ACCEPTED + " FROM staged s JOIN " + Transform.EVENT
                    + " e ON s.polder_row = e.polder_row LEFT JOIN (SELECT date_trunc('hour', accepted) AS hour, count(*)"
                    + " AS marks FROM store.marks WHERE generation = " + Sql.text(physical()) + " AND rule = "
                    + Sql.text(rule.name()) + " GROUP BY 1) k ON k.hour = date_trunc('hour', e." + Transform.ACCEPTED
                    + ") WHERE s.polder_rule_" + index
                    + " QUALIFY coalesce(k.marks, 0) + row_number() OVER (PARTITION BY"
                    + " date_trunc('hour', e." + Transform.ACCEPTED + ") ORDER BY s.polder_row) <= "
                    + MARKS_OF_AN_HOUR);
        }
    }

    /** How often each rule was broken, by the feed and the minute of the events: what a rebuild finds again. */
    private Map<LedgerKey, long[]> violations(Statement statement, Batch batch) throws SQLException {
        List<String> rules = new ArrayList<>();
        for (int index = 0; index < definition.rules().size(); index++) {
            rules.add("polder_rule_" + index);
        }
        Map<LedgerKey, long[]> broken = new LinkedHashMap<>();
        try (ResultSet result = statement.executeQuery("SELECT polder_row, " + String.join(", ", rules)
                + " FROM staged WHERE " + String.join(" OR ", rules) + " ORDER BY polder_row")) {
            while (result.next()) {
                int row = result.getInt(1);
                long[] counts = broken.computeIfAbsent(
                        LedgerKey.of(batch.feed(row), batch.acceptedMillis(row)), key -> new long[rules.size()]);
                for (int index = 0; index < counts.length; index++) {
                    if (result.getBoolean(2 + index)) {
                        counts[index]++;
                    }
                }
            }
        }
        return broken;
    }

    /** How many violations did not reject their row. */
    private long kept(long @Nullable [] broken) {
        long kept = 0;
        for (int index = 0; broken != null && index < broken.length; index++) {
            if (definition.rules().get(index).onViolation() != Rule.OnViolation.REJECT) {
                kept += broken[index];
            }
        }
        return kept;
    }

    private void rejectStaged(Statement statement, String keyIsNull, Rejections rejections) throws SQLException {
        StringBuilder reason = new StringBuilder("CASE WHEN " + keyIsNull + " THEN " + Sql.text(keyIsNull()));
        StringBuilder condition = new StringBuilder(keyIsNull);
        List<Rule> rules = definition.rules();
        for (int index = 0; index < rules.size(); index++) {
            if (rules.get(index).onViolation() == Rule.OnViolation.REJECT) {
                condition.append(" OR polder_rule_").append(index);
                reason.append(" WHEN polder_rule_")
                        .append(index)
                        .append(" THEN ")
                        .append(Sql.text("Rule " + rules.get(index).name() + " does not hold: "
                                + rules.get(index).check()));
            }
        }
        try (ResultSet result = statement.executeQuery(
                "SELECT polder_row, " + reason + " END FROM staged WHERE " + condition + " ORDER BY polder_row")) {
            while (result.next()) {
                int row = result.getInt(1);
                fate[row] = REJECTED;
                rejections.add(row, result.getString(2));
            }
        }
        statement.execute("DELETE FROM staged WHERE " + condition);
    }

    /** Leaves of the staged rows those that are not older, by version, than another of their key here or stored. */
    private void keepNewestVersions(Statement statement) throws SQLException {
        String version = Sql.name(definition.version().orElseThrow());
        statement.execute("DELETE FROM staged WHERE polder_row IN (SELECT polder_row FROM staged QUALIFY row_number()"
                + " OVER (PARTITION BY " + Sql.names("", definition.key()) + " ORDER BY " + version
                + " DESC NULLS LAST, polder_row DESC) > 1)");
        statement.execute("DELETE FROM staged USING " + table() + " t WHERE " + sameKey("t.", "staged.") + " AND (t."
                + version + " > staged." + version + " OR staged." + version + " IS NULL AND t." + version
                + " IS NOT NULL)");
    }

    private int pickStaged(int rows) throws SQLException {
        boolean isWhole = definition.version().isEmpty();
        int count = 0;
        if (isWhole) {
            for (int row = 0; row < rows; row++) {
                if (fate[row] == APPLIED) {
                    picked[count++] = row;
                }
            }
            return count;
        }
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT polder_row FROM staged ORDER BY polder_row")) {
            while (result.next()) {
                picked[count++] = result.getInt(1);
            }
        }
        return count;
    }

    /** The staged rows' keys, each at its event's row. */
    private Columns readKeys(int rows) throws SQLException {
        Columns read = new Columns(keySchema, rows + 1);
        List<String> wanted = new ArrayList<>(keyReads);
        definition.time().ifPresent(time -> wanted.add("epoch_us(" + Sql.name(time) + ")"));
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT polder_row, " + String.join(", ", wanted) + " FROM staged ORDER BY polder_row")) {
            while (result.next()) {
                while (read.rows() < result.getInt(1)) {
                    read.endRow();
                }
                for (int index = 0; index < keySchema.size(); index++) {
                    read(result, index + 2, read, index);
                }
                read.endRow();
            }
        }
        while (read.rows() < rows) {
            read.endRow();
        }
        return read;
    }

    private int dropTooLate(Batch batch, Columns keyed, int count) {
        Duration retain = definition.retain();
        if (retain == null || timeAt < 0) {
            return count;
        }
        long retainMicros = retain.toNanos() / 1000;
        long[] times = keyed.longs(timeAt);
        boolean[] isNull = keyed.nulls(timeAt);
        int kept = 0;
        for (int index = 0; index < count; index++) {
            int row = picked[index];
            if (!isNull[row] && times[row] < batch.acceptedMillis(row) * 1000 - retainMicros) {
                fate[row] = TOO_LATE;
            } else {
                picked[kept++] = row;
            }
        }
        return kept;
    }

    /** How many rows of a batch are written in which way. */
    private static final class Classes {
        private int insert;
        private int existing;
        private int late;
        private boolean overtakesWaiting;
        private long minTime = Long.MAX_VALUE;
        private long maxTime = Long.MIN_VALUE;
        private long minExisting = Long.MAX_VALUE;
        private long maxExisting = Long.MIN_VALUE;
        private long newest = Long.MIN_VALUE;
    }

    /** Sorts the picked rows: all that are inserted now remain in {@code picked}. */
    private Classes classify(Batch batch, Columns keyed, int count) {
        Classes classes = new Classes();
        long[] times = timeAt < 0 ? null : keyed.longs(timeAt);
        long lateBefore = watermark == Long.MIN_VALUE ? Long.MIN_VALUE : watermark - LATE_MICROS;
        boolean canWait = isTimeInKey && definition.version().isEmpty();
        for (int index = 0; index < count; index++) {
            int row = picked[index];
            long time = times == null || keyed.isNull(timeAt, row) ? 0 : times[row];
            long order = isTimeInKey ? time : 0;
            if (timeAt >= 0 && !keyed.isNull(timeAt, row)) {
                long bounded = Math.min(time, batch.acceptedMillis(row) * 1000 + AHEAD_MICROS);
                classes.newest = Math.max(classes.newest, bounded);
            }
            if (!highWater.isNew(keys.subjectHash(keyed, row), order)) {
                if (canWait && time < lateBefore) {
                    if (!batch.isBounded(row)) {
                        late[classes.late++] = row;
                        continue;
                    }
                    classes.overtakesWaiting = true;
                }
                existing(classes, row, time);
            }
            picked[classes.insert++] = row;
            written(classes, keyed, row, time);
        }
        if (classes.late >= BULK_FROM || classes.late > 0 && classes.overtakesWaiting) {
            classes.overtakesWaiting = true;
            for (int index = 0; index < classes.late; index++) {
                int row = late[index];
                long time = times == null ? 0 : times[row];
                existing(classes, row, time);
                picked[classes.insert++] = row;
                written(classes, keyed, row, time);
            }
            classes.late = 0;
        }
        for (int index = 0; index < classes.late; index++) {
            fate[late[index]] = WAITING;
        }
        return classes;
    }

    private void existing(Classes classes, int row, long time) {
        existing[classes.existing++] = row;
        classes.minExisting = Math.min(classes.minExisting, time);
        classes.maxExisting = Math.max(classes.maxExisting, time);
    }

    private void written(Classes classes, Columns keyed, int row, long time) {
        if (timeAt >= 0 && !keyed.isNull(timeAt, row)) {
            classes.minTime = Math.min(classes.minTime, time);
            classes.maxTime = Math.max(classes.maxTime, time);
        }
    }

    /** Takes note of what was written; only after all of it went well. */
    private void remember(Columns keyed, Classes classes) {
        for (int index = 0; index < classes.insert; index++) {
            int row = picked[index];
            highWater.raise(keys.subjectHash(keyed, row), isTimeInKey ? keyed.longs(timeAt)[row] : 0);
        }
        watermark = Math.max(watermark, classes.newest);
    }

    private void delete(Classes classes) throws SQLException {
        String chosen = isDirect
                ? directKeys()
                : "SELECT s.* FROM staged s SEMI JOIN polder_event e ON" + " s.polder_row = e.polder_row";
        String range = isTimeInKey
                ? " AND t." + Sql.name(time()) + " BETWEEN " + Sql.timestamp(classes.minExisting) + " AND "
                        + Sql.timestamp(classes.maxExisting)
                : "";
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "DELETE FROM " + table() + " t USING (" + chosen + ") k WHERE " + sameKey("t.", "k.") + range);
        }
    }

    private String directKeys() {
        Transform transform = definition.transform();
        return "SELECT "
                + definition.key().stream()
                        .map(column -> Sql.name(transform
                                        .event()
                                        .fields()
                                        .get(place(transform, column))
                                        .name())
                                + " AS "
                                + Sql.name(column))
                        .collect(Collectors.joining(", "))
                + " FROM " + Transform.EVENT;
    }

    private void insert(long number, int count, int rows) throws SQLException {
        if (count == 0) {
            return;
        }
        String columns = Sql.names("", definition.transform().names());
        if (isDirect) {
            PreparedStatement statement = directInsert;
            if (statement == null || statement.isClosed()) {
                statement = connection.prepareStatement("INSERT INTO " + table() + " SELECT " + columns + ", "
                        + Transform.PARTITION + ", " + Transform.OFFSET + ", ?::BIGINT FROM ("
                        + definition.transform().sql() + ")");
                directInsert = statement;
            }
            statement.setLong(1, number);
            statement.execute();
            return;
        }
        String chosen = count == rows ? "" : " s SEMI JOIN polder_event e ON s.polder_row = e.polder_row";
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + table() + " SELECT " + columns + ", " + Transform.PARTITION + ", "
                    + Transform.OFFSET + ", " + number + " FROM staged" + chosen);
        }
    }

    private void setAside() throws SQLException {
        String rows = isDirect ? "(" + definition.transform().sql() + ")" : "staged";
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + lateTable() + " SELECT "
                    + Sql.names("s.", definition.transform().names()) + ", s." + Transform.PARTITION + ", s."
                    + Transform.OFFSET + ", e." + Transform.ACCEPTED + ", e." + Transform.FEED + " FROM " + rows
                    + " s JOIN " + Transform.EVENT + " e ON s.polder_row = e.polder_row");
        }
    }

    // ---- late rows

    @Override
    public @Nullable Commit merge() {
        return store.exclusively(() -> {
            if (waiting == 0) {
                return null;
            }
            return orRecover("merging late rows of table " + name(), ignored -> {
                long number = store.takeBatchNumber();
                Merged merged = mergeWaiting(number);
                publish(number);
                Instant committed = clock.instant();
                Span accepted = new Span();
                accepted.add(merged.acceptedFirst);
                accepted.add(merged.acceptedLast);
                writeBatch(number, positions, 0, accepted, committed, committed);
                batchNumber = number;
                return new Commit(
                        name(),
                        number,
                        new Commit.Counts(0, merged.count, 0, 0, 0, -merged.count, 0),
                        instant(merged.minTime),
                        instant(merged.maxTime),
                        Instant.ofEpochMilli(merged.acceptedFirst),
                        Instant.ofEpochMilli(merged.acceptedLast),
                        committed,
                        committed,
                        positions());
            });
        });
    }

    private record Merged(long count, long minTime, long maxTime, long acceptedFirst, long acceptedLast) {}

    private Merged mergeWaiting(long number) throws SQLException {
        String columns = Sql.names("", definition.transform().names());
        String time = Sql.name(time());
        try (Statement statement = connection.createStatement()) {
            Merged merged;
            try (ResultSet result = statement.executeQuery("SELECT count(*), epoch_us(min(" + time + ")), epoch_us(max("
                    + time + ")), epoch_ms(min(_accepted)), epoch_ms(max(_accepted)) FROM " + lateTable())) {
                result.next();
                merged = new Merged(
                        result.getLong(1), result.getLong(2), result.getLong(3), result.getLong(4), result.getLong(5));
            }
            statement.execute("CREATE OR REPLACE TEMP TABLE merging AS SELECT " + columns
                    + ", _partition, _offset FROM " + lateTable() + " QUALIFY row_number() OVER (PARTITION BY "
                    + Sql.names("", definition.key()) + " ORDER BY _offset DESC) = 1");
            statement.execute("DELETE FROM " + table() + " t USING merging k WHERE " + sameKey("t.", "k.") + " AND t."
                    + time + " BETWEEN " + Sql.timestamp(merged.minTime) + " AND " + Sql.timestamp(merged.maxTime));
            statement.execute("INSERT INTO " + table() + " SELECT " + columns + ", _partition, _offset, " + number
                    + " FROM merging");
            statement.execute("INSERT INTO store.ledger SELECT " + Sql.text(physical()) + ", _feed,"
                    + " date_trunc('minute', _accepted), 0, count(*), 0, 0, 0, -count(*), 0 FROM " + lateTable()
                    + " GROUP BY _feed, date_trunc('minute', _accepted)");
            statement.execute("DELETE FROM " + lateTable());
            waiting = 0;
            return merged;
        }
    }

    @Override
    public void expire() {
        Duration retain = definition.retain();
        if (retain == null || definition.time().isEmpty()) {
            return;
        }
        long oldest = Bookkeeping.micros(clock.instant().minus(retain));
        store.exclusively(() -> orRecover("removing old rows of table " + name(), ignored -> {
            if (definition.publish().isPresent()) {
                Outbox.keep(connection, physical(), store::takeOutboxNumbers);
            }
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(
                        "DELETE FROM " + table() + " WHERE " + Sql.name(time()) + " < " + Sql.timestamp(oldest));
            }
        }));
    }

    // ---- what goes with the rows

    private record LedgerKey(String feed, long minute) {
        private static LedgerKey of(String feed, long acceptedMillis) {
            return new LedgerKey(feed, Math.floorDiv(acceptedMillis, 60_000L));
        }
    }

    /** When the events of a batch were accepted. */
    private static final class Span {
        private long first = Long.MAX_VALUE;
        private long last = Long.MIN_VALUE;

        private void add(long millis) {
            first = Math.min(first, millis);
            last = Math.max(last, millis);
        }
    }

    private Map<LedgerKey, long[]> balance(Batch batch, Span accepted) {
        Map<LedgerKey, long[]> ledger = new LinkedHashMap<>();
        String feed = "";
        long minute = Long.MIN_VALUE;
        long[] counts = new long[5];
        for (int row = 0; row < batch.rows(); row++) {
            long millis = batch.acceptedMillis(row);
            accepted.add(millis);
            long rowMinute = Math.floorDiv(millis, 60_000L);
            String rowFeed = batch.feed(row);
            if (rowMinute != minute || !rowFeed.equals(feed)) {
                minute = rowMinute;
                feed = rowFeed;
                counts = ledger.computeIfAbsent(new LedgerKey(feed, minute), key -> new long[5]);
            }
            counts[fate[row]]++;
        }
        for (Batch.Reject reject : batch.rejects()) {
            accepted.add(reject.acceptedMillis());
            LedgerKey place = LedgerKey.of(reject.feed(), reject.acceptedMillis());
            ledger.computeIfAbsent(place, key -> new long[5])[REJECTED]++;
        }
        return ledger;
    }

    private static Commit.Counts counts(Map<LedgerKey, long[]> ledger, long merged, long violations) {
        long[] sums = new long[5];
        for (long[] counts : ledger.values()) {
            for (int index = 0; index < sums.length; index++) {
                sums[index] += counts[index];
            }
        }
        return new Commit.Counts(
                Arrays.stream(sums).sum(),
                sums[APPLIED] + merged,
                sums[FILTERED],
                sums[REJECTED],
                sums[TOO_LATE],
                sums[WAITING] - merged,
                violations);
    }

    private void writeLedger(Map<LedgerKey, long[]> ledger, Map<LedgerKey, long[]> violations) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("store", "ledger")) {
            for (var entry : ledger.entrySet()) {
                long[] counts = entry.getValue();
                appender.beginRow();
                appender.append(physical());
                appender.append(entry.getKey().feed());
                appender.append(minute(entry.getKey().minute()));
                appender.append(Arrays.stream(counts).sum());
                appender.append(counts[APPLIED]);
                appender.append(counts[FILTERED]);
                appender.append(counts[REJECTED]);
                appender.append(counts[TOO_LATE]);
                appender.append(counts[WAITING]);
                appender.append(kept(violations.get(entry.getKey())));
                appender.endRow();
            }
        }
    }

    private void writeViolations(Map<LedgerKey, long[]> broken) throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("store", "violations")) {
            for (var entry : broken.entrySet()) {
                long[] counts = entry.getValue();
                for (int index = 0; index < counts.length; index++) {
                    if (counts[index] > 0) {
                        appender.beginRow();
                        appender.append(physical());
                        appender.append(definition.rules().get(index).name());
                        appender.append(minute(entry.getKey().minute()));
                        appender.append(counts[index]);
                        appender.endRow();
                    }
                }
            }
        }
    }

    private void writeBatch(
            long number, Map<Integer, Long> after, int size, Span accepted, Instant logged, Instant committed)
            throws SQLException {
        try (DuckDBAppender appender = connection.createAppender("store", "batches")) {
            appender.beginRow();
            appender.append(physical());
            appender.append(number);
            appender.append(Bookkeeping.positions(after));
            appender.append((long) size);
            appender.append(utc(Instant.ofEpochMilli(accepted.first)));
            appender.append(utc(Instant.ofEpochMilli(accepted.last)));
            appender.append(utc(logged));
            appender.append(utc(committed));
            appender.endRow();
        }
    }

    /** Rows of this batch that a rule or the key refused, with the reason. */
    private static final class Rejections {
        private final Map<Integer, String> reasons = new LinkedHashMap<>();

        private void add(int row, String reason) {
            reasons.put(row, reason);
        }
    }

    private void reject(Batch batch, Rejections rejections) throws SQLException {
        if (batch.rejects().isEmpty() && rejections.reasons.isEmpty()) {
            return;
        }
        boolean isCurrent = isCurrent();
        int size = batch.rejects().size() + rejections.reasons.size();
        try (DuckDBAppender rejects = connection.createAppender("store", "rejects");
                DuckDBAppender outbox = connection.createAppender("store", "outbox")) {
            long sequence = isCurrent ? store.takeOutboxNumbers(size) : 0;
            for (Batch.Reject reject : batch.rejects()) {
                sequence++;
                refuse(
                        rejects,
                        isCurrent ? outbox : null,
                        sequence,
                        reject.partition(),
                        reject.offset(),
                        reject.acceptedMillis(),
                        reject.feed(),
                        reject.reason());
            }
            for (var entry : rejections.reasons.entrySet()) {
                sequence++;
                int row = entry.getKey();
                refuse(
                        rejects,
                        isCurrent ? outbox : null,
                        sequence,
                        batch.partition(row),
                        batch.offset(row),
                        batch.acceptedMillis(row),
                        batch.feed(row),
                        entry.getValue());
            }
        }
    }

    private void refuse(
            DuckDBAppender rejects,
            @Nullable DuckDBAppender outbox,
            long sequence,
            int partition,
            long offset,
            long acceptedMillis,
            String feed,
            String reason)
            throws SQLException {
        rejects.beginRow();
        rejects.append(physical());
        rejects.append(partition);
        rejects.append(offset);
        rejects.append(utc(Instant.ofEpochMilli(acceptedMillis)));
        rejects.append(feed);
        rejects.append(reason);
        rejects.endRow();
        if (outbox == null) {
            return;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("feed", feed);
        headers.put("reason", reason);
        headers.put("stage", "table");
        headers.put("table", name());
        headers.put("topic", definition.topic());
        headers.put("partition", Integer.toString(partition));
        headers.put("offset", Long.toString(offset));
        outbox.beginRow();
        outbox.append(sequence);
        outbox.append(definition.topic() + ".rejected");
        outbox.appendNull();
        outbox.appendNull();
        outbox.append(Bookkeeping.headers(headers));
        outbox.append(acceptedMillis);
        outbox.endRow();
    }

    private boolean isCurrent() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT is_current FROM store.generations WHERE physical = " + Sql.text(physical()))) {
            return result.next() && result.getBoolean(1);
        }
    }

    /** Owes the rows of a batch to the table's topic. What they are is read when they are sent: see {@link Outbox}. */
    private void publish(long number) throws SQLException {
        if (definition.publish().isEmpty() || !isCurrent()) {
            return;
        }
        long size;
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT count(*) FROM " + table() + " WHERE _batch = " + number)) {
            result.next();
            size = result.getLong(1);
        }
        if (size == 0) {
            return;
        }
        long last = store.takeOutboxNumbers(size) + size;
        try (DuckDBAppender outbox = connection.createAppender("store", "outbox")) {
            outbox.beginRow();
            outbox.append(last);
            outbox.append(definition.publish().get());
            outbox.appendNull();
            outbox.appendNull();
            outbox.append(new Outbox.Rows(
                            physical(),
                            number,
                            size,
                            definition.topic(),
                            definition.subject(),
                            definition.transform().names())
                    .text());
            outbox.append(clock.millis());
            outbox.endRow();
        }
    }

    private void rememberIdempotent(Batch batch) throws SQLException {
        if (batch.idempotent().isEmpty()) {
            return;
        }
        try (DuckDBAppender appender = connection.createAppender("store", "idempotent")) {
            for (Batch.Idempotent event : batch.idempotent()) {
                String[] parts = event.token().split("\u001F", -1);
                appender.beginRow();
                appender.append(definition.topic());
                appender.append(parts[0]);
                appender.append(Long.parseLong(parts[1]));
                appender.append(parts[2]);
                appender.append(utc(Instant.ofEpochMilli(event.acceptedMillis())));
                appender.endRow();
            }
        }
    }

    // ---- reading

    @Override
    public long version() {
        return batchNumber;
    }

    @Override
    public long rows() {
        try (java.sql.Connection reader = store.connect();
                Statement statement = reader.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM " + table())) {
            result.next();
            return result.getLong(1);
        } catch (SQLException exception) {
            throw DuckStore.failure("counting the rows of table " + name(), exception);
        }
    }

    @Override
    public Commit.Counts totals() {
        try (java.sql.Connection reader = store.connect();
                Statement statement = reader.createStatement();
                ResultSet result = statement.executeQuery("SELECT coalesce(sum(logged), 0)::BIGINT,"
                        + " coalesce(sum(applied), 0)::BIGINT, coalesce(sum(filtered), 0)::BIGINT,"
                        + " coalesce(sum(rejected), 0)::BIGINT, coalesce(sum(too_late), 0)::BIGINT,"
                        + " coalesce(sum(waiting), 0)::BIGINT, coalesce(sum(violations), 0)::BIGINT FROM store.ledger"
                        + " WHERE generation = " + Sql.text(physical()))) {
            result.next();
            return new Commit.Counts(
                    result.getLong(1),
                    result.getLong(2),
                    result.getLong(3),
                    result.getLong(4),
                    result.getLong(5),
                    result.getLong(6),
                    result.getLong(7));
        } catch (SQLException exception) {
            throw DuckStore.failure("reading the ledger of table " + name(), exception);
        }
    }

    // ---- names

    private String physical() {
        return physical(definition.name(), generation);
    }

    private String table() {
        return "store." + Sql.name(physical());
    }

    private String lateTable() {
        return "store." + Sql.name(physical() + "~late");
    }

    private String time() {
        return definition.time().orElseThrow();
    }

    private String sameKey(String left, String right) {
        return definition.key().stream()
                .map(column -> left + Sql.name(column) + " = " + right + Sql.name(column))
                .collect(Collectors.joining(" AND "));
    }

    private void grow(int rows) {
        if (fate.length < rows) {
            int capacity = Math.max(rows, fate.length * 2);
            fate = new byte[capacity];
            picked = new int[capacity];
            existing = new int[capacity];
            late = new int[capacity];
        }
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS);
    }

    private static java.time.LocalDateTime utc(Instant instant) {
        return java.time.LocalDateTime.ofInstant(instant, java.time.ZoneOffset.UTC);
    }

    private static java.time.LocalDateTime minute(long epochMinute) {
        return utc(Instant.ofEpochSecond(epochMinute * 60));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException exception) {
            throw DuckStore.failure("closing table " + name(), exception);
        }
    }
}
