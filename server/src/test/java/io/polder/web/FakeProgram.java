package io.polder.web;

import io.polder.agent.AgentMetrics;
import io.polder.config.Mart;
import io.polder.config.Rule;
import io.polder.config.RuleFile;
import io.polder.config.Table;
import io.polder.enrich.TableStatus;
import io.polder.ingest.Balance;
import io.polder.ingest.FeedStatus;
import io.polder.ingest.Push;
import io.polder.ingest.Rejected;
import io.polder.log.LogRecord;
import io.polder.predict.ModelAnswers;
import io.polder.predict.SampleModel;
import io.polder.profile.ProfileSearch;
import io.polder.profile.RangeComparison;
import io.polder.profile.RowOutliers;
import io.polder.profile.TableHistory;
import io.polder.profile.TableProfile;
import io.polder.profile.WatchedRule;
import io.polder.query.Answer;
import io.polder.query.Execution;
import io.polder.query.ParquetFile;
import io.polder.query.Queries;
import io.polder.query.Question;
import io.polder.query.Rows;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Catalog;
import io.polder.sql.HiveType;
import io.polder.sql.Relation;
import io.polder.sql.Statement;
import io.polder.store.Commit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A program whose store is a real DuckDB in memory, and whose other parts do and say what a test wants. */
final class FakeProgram implements Program, AutoCloseable {
    static final Instant NOW = Instant.parse("2026-03-02T08:00:30Z");
    static final Instant MINUTE = Instant.parse("2026-03-02T08:00:00Z");

    final Mart mart;
    final Map<String, String> states = new LinkedHashMap<>();
    final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    final List<String> rebuilt = new CopyOnWriteArrayList<>();
    final List<List<String>> askedKeys = new CopyOnWriteArrayList<>();
    final List<Statement.Write> written = new CopyOnWriteArrayList<>();
    final AtomicInteger ownQueries = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    volatile List<String> reasons = List.of();
    volatile List<AgentMetrics.Status> agents = List.of();
    volatile @Nullable RuntimeException failure;
    volatile @Nullable String idempotencyKey;

    final List<WatchedRule> watched = new CopyOnWriteArrayList<>();
    final List<Rule> rules = new CopyOnWriteArrayList<>();
    volatile Optional<String> rulesOfAnotherLog = Optional.empty();
    volatile @Nullable TableProfile profile;
    volatile TableHistory history = new TableHistory("traffic", null, List.of(), List.of());

    volatile List<ModelAnswers.Status> models = List.of();

    private final Connection store;
    private volatile Consumer<Commit> listener = commit -> {};
    private long batch;

    FakeProgram(Mart mart) {
        this.mart = mart;
        mart.feeds().keySet().forEach(feed -> states.put(feed, "running"));
        try {
            store = DriverManager.getConnection("jdbc:duckdb:");
        } catch (SQLException impossible) {
            throw new IllegalStateException(impossible);
        }
        run("CREATE SCHEMA provenance");
        run("CREATE SCHEMA polder");
        run("CREATE TABLE provenance.traffic (uid BIGINT, time TIMESTAMP, speed DOUBLE, vehicles BIGINT, name VARCHAR,"
                + " lat DOUBLE, lon DOUBLE, _topic VARCHAR, _partition INTEGER, _offset BIGINT, _batch BIGINT)");
        run("CREATE VIEW traffic AS SELECT * EXCLUDE (_topic, _partition, _offset, _batch) FROM provenance.traffic");
        run("CREATE TABLE polder.ledger (table_name VARCHAR, minute TIMESTAMP, logged BIGINT, applied BIGINT,"
                + " filtered BIGINT, rejected BIGINT, too_late BIGINT, waiting BIGINT)");
        run("CREATE TABLE polder.violations (table_name VARCHAR, rule VARCHAR, minute TIMESTAMP, count BIGINT)");
        run("CREATE TABLE polder.marks (table_name VARCHAR, rule VARCHAR, \"column\" VARCHAR, \"partition\" INTEGER,"
                + " \"offset\" BIGINT, key VARCHAR, was VARCHAR, became VARCHAR, accepted TIMESTAMP)");
        run("CREATE TABLE polder.edge_ledger (feed VARCHAR, minute TIMESTAMP, read BIGINT, logged BIGINT,"
                + " filtered BIGINT, rejected BIGINT, duplicate BIGINT)");
    }

    synchronized void run(String sql) {
        try (java.sql.Statement statement = store.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(sql, failed);
        }
    }

    /** Commits rows {@code (uid, minutes after MINUTE, speed)} to the table of the map. */
    void commit(Object[]... rows) {
        Commit commit;
        synchronized (this) {
            batch++;
            Instant first = null;
            for (Object[] row : rows) {
                Instant time = MINUTE.plusSeconds(60L * (Integer) row[1]);
                first = first == null || time.isBefore(first) ? time : first;
                run("DELETE FROM provenance.traffic WHERE uid = " + row[0] + " AND time = '" + literal(time) + "'");
                run("INSERT INTO provenance.traffic VALUES (" + row[0] + ", '" + literal(time) + "', " + row[2]
                        + ", 3, 'Point " + row[0] + "', 51.0" + row[0] + ", 4.4, 'traffic', 0, " + batch + ", " + batch
                        + ")");
            }
            commit = committed(rows.length, first);
        }
        listener.accept(commit);
    }

    /** Commits a row for each of {@code points} points, all with this speed and the minute's time. */
    void commitAll(int points, int minute, double speed) {
        Commit commit;
        Instant time = MINUTE.plusSeconds(60L * minute);
        synchronized (this) {
            batch++;
            run("INSERT INTO provenance.traffic SELECT i, '" + literal(time) + "', " + speed
                    + ", 3, 'A point with a name that is not short, number ' || i, 51 + i / 10000, 4.4, 'traffic', 0, "
                    + batch + ", " + batch + " FROM range(" + points + ") r(i)");
            commit = committed(points, time);
        }
        listener.accept(commit);
    }

    /** Switches to a rebuilt table, whose batches are counted anew: tells it as the program does. */
    void rebuilt(long newBatch) {
        Commit commit;
        synchronized (this) {
            batch = newBatch;
            run("UPDATE provenance.traffic SET _batch = " + newBatch);
            commit = committed(0, Instant.EPOCH);
        }
        listener.accept(commit);
    }

    private Commit committed(int rows, @Nullable Instant time) {
        return new Commit(
                "traffic",
                batch,
                new Commit.Counts(rows, rows, 0, 0, 0, 0, 0),
                time,
                time,
                NOW.minusMillis(400),
                NOW.minusMillis(300),
                NOW.minusMillis(200),
                NOW.minusMillis(100),
                Map.of(0, batch));
    }

    static Object[] row(int uid, int minute, @Nullable Object speed) {
        return new Object[] {uid, minute, speed == null ? "NULL" : speed};
    }

    private static String literal(Instant time) {
        return time.toString().replace('T', ' ').replace("Z", "");
    }

    private void failIfWanted() {
        RuntimeException wanted = failure;
        if (wanted != null) {
            failures.incrementAndGet();
            throw wanted;
        }
    }

    @Override
    public List<FeedStatus> feeds() {
        failIfWanted();
        return mart.feeds().values().stream()
                .map(feed -> new FeedStatus(
                        feed.name(),
                        "http",
                        feed.topic(),
                        states.getOrDefault(feed.name(), "running"),
                        70.9,
                        NOW.minusSeconds(2),
                        null,
                        null,
                        null,
                        1,
                        feed.simulated(),
                        new Balance(10, 6, 1, 2, 1)))
                .toList();
    }

    @Override
    public Push push(String feed, InputStream body, @Nullable String contentType, @Nullable String key) {
        failIfWanted();
        try {
            bodies.add(body.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        idempotencyKey = key;
        return new Push(new Balance(2, 1, 0, 1, 0), List.of(new Push.Rejection(2, "The event is not an object.")));
    }

    @Override
    public void pause(String feed) {
        failIfWanted();
        states.put(feed, "paused");
    }

    @Override
    public void resume(String feed) {
        failIfWanted();
        states.put(feed, "running");
    }

    @Override
    public List<Rejected> rejected(@Nullable String topic, int limit) {
        failIfWanted();
        Rejected edge = new Rejected(
                "traffic",
                1,
                NOW,
                "traffic",
                "Not an object.",
                "edge",
                null,
                2L,
                null,
                null,
                new byte[] {'7'},
                1,
                false);
        Rejected table = new Rejected(
                "traffic",
                0,
                MINUTE,
                "traffic",
                "uid is NULL.",
                "table",
                "traffic",
                null,
                3,
                41L,
                new byte[] {'{', '}'},
                2,
                true);
        return List.of(edge, table).subList(0, Math.min(limit, 2));
    }

    @Override
    public long replay(@Nullable String topic) {
        failIfWanted();
        return topic == null ? 2 : 1;
    }

    @Override
    public List<TableStatus> tables() {
        failIfWanted();
        return mart.tables().values().stream().map(this::status).toList();
    }

    private TableStatus status(Table table) {
        List<TableStatus.Column> columns =
                List.of(new TableStatus.Column("uid", "BIGINT"), new TableStatus.Column("time", "TIMESTAMP"));
        return new TableStatus(
                table.name(),
                table.from(),
                table.key(),
                table.time(),
                columns,
                2,
                batch,
                "live",
                0.25,
                true,
                new TableStatus.Quantiles(180, 420, 4_254),
                null,
                new Commit.Counts(9, 6, 1, 1, 1, 0, 3));
    }

    @Override
    public void onCommit(Consumer<Commit> newListener) {
        listener = newListener;
    }

    @Override
    public void rebuild(String table) {
        failIfWanted();
        rebuilt.add(table);
    }

    /** Real ones, for what is streamed; the rest needs none. */
    volatile @Nullable Queries queries;

    @Override
    public Execution begin(Question question) {
        return java.util.Objects.requireNonNull(queries).begin(question);
    }

    @Override
    public Optional<Execution> execution(String id) {
        return queries == null ? Optional.empty() : queries.execution(id);
    }

    @Override
    public List<Execution> executions() {
        return queries == null ? List.of() : queries.executions();
    }

    @Override
    public ParquetFile parquet(Rows rows) throws IOException {
        return java.util.Objects.requireNonNull(queries).parquet(rows);
    }

    @Override
    public Optional<TableProfile> profile(String table) {
        return Optional.ofNullable(profile);
    }

    @Override
    public List<ProfileSearch.Listed> profiles(String type, String semantic, String pattern) {
        return List.of(new ProfileSearch.Listed(
                "traffic",
                9,
                NOW.toString(),
                "up to date",
                1,
                40,
                List.of(new ProfileSearch.Hit("speed", "decimal", "speed", null))));
    }

    @Override
    public TableHistory history(String table, int slices) {
        return history;
    }

    @Override
    public RangeComparison compare(String table, Instant againstFrom, Instant againstTo, Instant from, Instant to) {
        return new RangeComparison(
                table,
                "hour",
                new RangeComparison.Side(againstFrom.toString(), againstTo.toString(), 60, 60),
                new RangeComparison.Side(from.toString(), to.toString(), 60, 60),
                1,
                List.of(
                        new RangeComparison.Told("speed", "numbers", "median 80 → 20, mean 81 → 24", 0.8, 1e-9, true),
                        new RangeComparison.Told("speed", "missing", "0 % → 0 %", 0, 1.0, false)),
                List.of("time"));
    }

    @Override
    public List<WatchedRule> watched(String table) {
        return watched;
    }

    @Override
    public void watch(String table, RuleFile.Expectation rule) {
        watched.add(new WatchedRule(rule.title(), rule, 2, List.of("29"), ""));
    }

    @Override
    public boolean unwatch(String table, String name) {
        return watched.removeIf(rule -> rule.name().equals(name));
    }

    @Override
    public RowOutliers outliers(String table, String column, int most, @Nullable Instant at) {
        return new RowOutliers(
                table,
                column,
                List.of("uid", "time"),
                20,
                120,
                70,
                15,
                1,
                true,
                false,
                List.of(new RowOutliers.Far(List.of("29", "2026-03-02T08:00:00.000000Z"), 250, true, 8.1)),
                new RowOutliers.Season(
                        "2026-03-02T07:00:00Z",
                        "2026-03-02T08:00:00Z",
                        "Monday, 8 h",
                        4,
                        60,
                        1,
                        List.of(new RowOutliers.Unseasonal(
                                List.of("29", "2026-03-02T07:10:00.000000Z"), 250, 71, 12.5))),
                List.of(new RowOutliers.UnusualSlice(
                        "2026-02-23T07:00:00Z", "greatest", 250, 120, 9.1, "the same weekday and hour")));
    }

    @Override
    public List<ModelAnswers.Status> models() {
        return models;
    }

    @Override
    public ModelAnswers.Whole wholeModel(String model, int days) {
        return SampleModel.whole(days);
    }

    @Override
    public ModelAnswers.Latest forecast(String model) {
        return SampleModel.latest();
    }

    @Override
    public ModelAnswers.Point forecast(String model, String point, int hours, int ahead) {
        return SampleModel.point(point, ahead);
    }

    @Override
    public ModelAnswers.Why why(String model, String point, int ahead) {
        return SampleModel.why(point, ahead);
    }

    @Override
    public ModelAnswers.Features features(String model, int ahead, @Nullable String feature) {
        return SampleModel.features(ahead);
    }

    @Override
    public ModelAnswers.History modelHistory(String model) {
        return SampleModel.history();
    }

    @Override
    public ModelAnswers.Status train(String model) {
        return SampleModel.status();
    }

    @Override
    public List<Rule> rules(String table) {
        return rules;
    }

    @Override
    public Optional<String> rulesOfAnotherLog(String table) {
        return rulesOfAnotherLog;
    }

    @Override
    public Rule enforce(String table, Rule rule) {
        Rule made = rule.since(List.of(7L));
        rules.add(made);
        return made;
    }

    @Override
    public void release(String table, String rule) {
        rules.replaceAll(each -> each.name().equals(rule) ? each.until(List.of(9L)) : each);
    }

    @Override
    public int hivePort() {
        return 21050;
    }

    @Override
    public long write(Statement.Write write) {
        failIfWanted();
        written.add(write);
        return 1;
    }

    @Override
    public Catalog catalog() {
        Queries real = queries;
        return real != null ? real.catalog() : CATALOG;
    }

    /** What is known of the tables when there are no {@link #queries}. */
    private static final Catalog CATALOG = new Catalog() {
        @Override
        public List<Relation> relations() {
            return List.of(new Relation(
                    "traffic",
                    false,
                    List.of(
                            new Relation.Column("uid", HiveType.of(HiveType.Kind.BIGINT)),
                            new Relation.Column("time", HiveType.of(HiveType.Kind.TIMESTAMP)),
                            new Relation.Column("speed", HiveType.of(HiveType.Kind.DOUBLE)),
                            new Relation.Column("vehicles", HiveType.of(HiveType.Kind.BIGINT)),
                            new Relation.Column("name", HiveType.of(HiveType.Kind.STRING))),
                    List.of("uid", "time"),
                    Optional.of("time"),
                    "SELECT * FROM traffic",
                    true));
        }

        @Override
        public Optional<Long> rows(Relation relation) {
            return Optional.empty();
        }

        @Override
        public List<ColumnStatistics> statistics(Relation relation) {
            return List.of();
        }
    };

    @Override
    public Queries.CacheCounts cacheCounts() {
        return queries == null ? new Queries.CacheCounts(0, 0, 0) : queries.cacheCounts();
    }

    @Override
    public Answer ask(Question question) {
        failIfWanted();
        Queries real = queries;
        if (real != null) {
            return real.ask(question);
        }
        int limit = (int) Math.min(question.limit(), Integer.MAX_VALUE);
        Answer all = select(question.sql());
        boolean isTruncated = all.rows().size() > limit;
        return new Answer(
                all.columns(),
                isTruncated ? all.rows().subList(0, limit) : all.rows(),
                isTruncated,
                all.milliseconds());
    }

    @Override
    public Answer own(String sql) {
        failIfWanted();
        ownQueries.incrementAndGet();
        return select(sql);
    }

    private synchronized Answer select(String sql) {
        try (java.sql.Statement statement = store.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            ResultSetMetaData names = results.getMetaData();
            List<Answer.Column> columns = new ArrayList<>();
            for (int column = 1; column <= names.getColumnCount(); column++) {
                columns.add(new Answer.Column(names.getColumnName(column), names.getColumnTypeName(column)));
            }
            List<@Nullable Object[]> rows = new ArrayList<>();
            while (results.next()) {
                @Nullable Object[] row = new Object[columns.size()];
                for (int column = 0; column < row.length; column++) {
                    row[column] = value(results.getObject(column + 1));
                }
                rows.add(row);
            }
            return new Answer(columns, rows, false, 1);
        } catch (SQLException wrong) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static @Nullable Object value(@Nullable Object value) {
        if (value instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime().toInstant(ZoneOffset.UTC);
        }
        if (value instanceof Date date) {
            return date.toLocalDate();
        }
        return value;
    }

    @Override
    public Optional<Queries.Found> row(String table, List<String> key) {
        failIfWanted();
        askedKeys.add(key);
        String where = " WHERE CAST(uid AS VARCHAR) = '" + key.get(0).replace("'", "''") + "'";
        Answer answer = select("SELECT uid, time, speed, _offset, _batch FROM provenance.traffic" + where
                + " ORDER BY time DESC LIMIT 1");
        return answer.rows().stream().findFirst().map(cells -> {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int column = 0; column < 3; column++) {
                row.put(answer.columns().get(column).name(), cells[column]);
            }
            Map<String, Object> found = row.entrySet().stream()
                    .limit(2)
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
            return new Queries.Found(
                    found,
                    row,
                    new Queries.Provenance("traffic", 0, (Long) cells[3], (Long) cells[4], "traffic"),
                    new Queries.Stages((Instant) cells[1], NOW, NOW.plusMillis(20), NOW.plusMillis(180)));
        });
    }

    @Override
    public Optional<LogRecord> event(String topic, int partition, long offset) {
        failIfWanted();
        return Optional.of(new LogRecord(
                topic,
                partition,
                offset,
                NOW.toEpochMilli(),
                "{\"uid\":29}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Map.of()));
    }

    /** An agent with one source, one channel and one sink, which {@code why} holds up; empty when nothing does. */
    static AgentMetrics.Status agent(String why) {
        OptionalDouble none = OptionalDouble.empty();
        return new AgentMetrics.Status(
                "a1",
                why.isEmpty() ? List.of() : List.of(why),
                List.of(
                        new AgentMetrics.Part(
                                "channel",
                                "c",
                                "memory",
                                "at most 200",
                                List.of(),
                                4,
                                OptionalDouble.of(84),
                                OptionalDouble.of(33),
                                0,
                                "",
                                List.of(),
                                Map.of("Type", "CHANNEL", "ChannelSize", "168", "EventPutSuccessCount", "200")),
                        new AgentMetrics.Part(
                                "sink",
                                "k",
                                "KafkaSink",
                                "topic t",
                                List.of("c"),
                                0,
                                none,
                                none,
                                3,
                                why.replaceFirst("^[^:]*: ", ""),
                                List.of(5L, 0L),
                                Map.of("Type", "SINK", "ConnectionFailedCount", "3")),
                        new AgentMetrics.Part(
                                "source",
                                "s",
                                "http",
                                "port 9260",
                                List.of("c"),
                                4,
                                none,
                                none,
                                0,
                                "",
                                List.of(5L, 4L),
                                Map.of("Type", "SOURCE", "EventAcceptedCount", "200"))));
    }

    @Override
    public List<AgentMetrics.Status> agents() {
        failIfWanted();
        return agents;
    }

    @Override
    public List<String> healthReasons() {
        return reasons;
    }

    @Override
    public void close() {
        try {
            store.close();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
