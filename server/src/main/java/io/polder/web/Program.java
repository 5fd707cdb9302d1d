package io.polder.web;

import io.polder.agent.AgentMetrics;
import io.polder.config.Rule;
import io.polder.config.RuleFile;
import io.polder.enrich.Enrichment;
import io.polder.enrich.TableStatus;
import io.polder.ingest.FeedStatus;
import io.polder.ingest.Ingest;
import io.polder.ingest.Push;
import io.polder.ingest.Rejected;
import io.polder.log.Log;
import io.polder.log.LogRecord;
import io.polder.predict.MartModels;
import io.polder.predict.ModelAnswers;
import io.polder.profile.MartProfiles;
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
import io.polder.sql.Catalog;
import io.polder.sql.Statement;
import io.polder.store.Commit;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the web asks of the rest of the program: the methods of {@link Ingest}, {@link Enrichment}, {@link Queries},
 * {@link MartProfiles}, {@link MartModels} and {@link Log} that it uses, with their meaning. Thread-safe.
 */
interface Program {
    List<FeedStatus> feeds();

    Push push(String feed, InputStream body, @Nullable String contentType, @Nullable String idempotencyKey);

    void pause(String feed);

    void resume(String feed);

    List<Rejected> rejected(@Nullable String topic, int limit);

    long replay(@Nullable String topic);

    List<TableStatus> tables();

    void onCommit(Consumer<Commit> listener);

    void rebuild(String table);

    Answer ask(Question question);

    Execution begin(Question question);

    ParquetFile parquet(Rows rows) throws IOException;

    /** Does what INSERT, UPSERT, UPDATE or DELETE says; how many rows were written. */
    long write(Statement.Write write);

    Optional<Execution> execution(String id);

    List<Execution> executions();

    Catalog catalog();

    Queries.CacheCounts cacheCounts();

    Answer own(String sql);

    Optional<Queries.Found> row(String table, List<String> key);

    Optional<LogRecord> event(String topic, int partition, long offset);

    Optional<TableProfile> profile(String table);

    List<ProfileSearch.Listed> profiles(String type, String semantic, String pattern);

    TableHistory history(String table, int slices);

    RangeComparison compare(String table, Instant againstFrom, Instant againstTo, Instant from, Instant to);

    RowOutliers outliers(String table, String column, int most, @Nullable Instant at);

    List<ModelAnswers.Status> models();

    ModelAnswers.Whole wholeModel(String model, int days);

    ModelAnswers.Latest forecast(String model);

    ModelAnswers.Point forecast(String model, String point, int hours, int ahead);

    ModelAnswers.Why why(String model, String point, int ahead);

    ModelAnswers.Features features(String model, int ahead, @Nullable String feature);

    ModelAnswers.History modelHistory(String model);

    ModelAnswers.Status train(String model);

    List<Rule> rules(String table);

    /** A sentence when rules of a table were switched on in another log than the one that is there. */
    Optional<String> rulesOfAnotherLog(String table);

    Rule enforce(String table, Rule rule);

    void release(String table, String rule);

    List<WatchedRule> watched(String table);

    void watch(String table, RuleFile.Expectation rule);

    boolean unwatch(String table, String name);

    /** Where clients of Impala and Hive find the mart. */
    int hivePort();

    /** The agents that run in the mart. */
    List<AgentMetrics.Status> agents();

    /** Sentences that say what is not as it should be; empty when all is well. */
    List<String> healthReasons();

    /** The parts themselves. */
    static Program of(
            Ingest ingest,
            Enrichment enrichment,
            Queries queries,
            ToLongFunction<Statement.Write> writes,
            Log log,
            MartProfiles profiles,
            MartModels models,
            int hivePort,
            Supplier<List<AgentMetrics.Status>> agents,
            Supplier<List<String>> healthReasons) {
        return new Program() {
            @Override
            public List<FeedStatus> feeds() {
                return ingest.feeds();
            }

            @Override
            public Push push(
                    String feed, InputStream body, @Nullable String contentType, @Nullable String idempotencyKey) {
                return ingest.push(feed, body, contentType, idempotencyKey);
            }

            @Override
            public void pause(String feed) {
                ingest.pause(feed);
            }

            @Override
            public void resume(String feed) {
                ingest.resume(feed);
            }

            @Override
            public List<Rejected> rejected(@Nullable String topic, int limit) {
                return ingest.rejected(topic, limit);
            }

            @Override
            public long replay(@Nullable String topic) {
                return ingest.replay(topic);
            }

            @Override
            public List<TableStatus> tables() {
                return enrichment.tables();
            }

            @Override
            public void onCommit(Consumer<Commit> listener) {
                enrichment.onCommit(listener);
            }

            @Override
            public void rebuild(String table) {
                enrichment.rebuild(table);
            }

            @Override
            public Answer ask(Question question) {
                return queries.ask(question);
            }

            @Override
            public Execution begin(Question question) {
                return queries.begin(question);
            }

            @Override
            public ParquetFile parquet(Rows rows) throws IOException {
                return queries.parquet(rows);
            }

            @Override
            public long write(Statement.Write write) {
                return writes.applyAsLong(write);
            }

            @Override
            public Optional<Execution> execution(String id) {
                return queries.execution(id);
            }

            @Override
            public List<Execution> executions() {
                return queries.executions();
            }

            @Override
            public Catalog catalog() {
                return queries.catalog();
            }

            @Override
            public Queries.CacheCounts cacheCounts() {
                return queries.cacheCounts();
            }

            @Override
            public Answer own(String sql) {
                return queries.own(sql);
            }

            @Override
            public Optional<Queries.Found> row(String table, List<String> key) {
                return queries.row(table, key);
            }

            @Override
            public Optional<LogRecord> event(String topic, int partition, long offset) {
                return log.read(topic, partition, offset);
            }

            @Override
            public Optional<TableProfile> profile(String table) {
                return profiles.profile(table);
            }

            @Override
            public List<ProfileSearch.Listed> profiles(String type, String semantic, String pattern) {
                return profiles.find(type, semantic, pattern);
            }

            @Override
            public TableHistory history(String table, int slices) {
                return profiles.history(table, slices);
            }

            @Override
            public RangeComparison compare(
                    String table, Instant againstFrom, Instant againstTo, Instant from, Instant to) {
                return profiles.compare(table, againstFrom, againstTo, from, to);
            }

            @Override
            public RowOutliers outliers(String table, String column, int most, @Nullable Instant at) {
                return profiles.outliers(table, column, most, at);
            }

            @Override
            public List<ModelAnswers.Status> models() {
                return models.statuses();
            }

            @Override
            public ModelAnswers.Whole wholeModel(String model, int days) {
                return models.whole(model, days);
            }

            @Override
            public ModelAnswers.Latest forecast(String model) {
                return models.latest(model);
            }

            @Override
            public ModelAnswers.Point forecast(String model, String point, int hours, int ahead) {
                return models.point(model, point, hours, ahead);
            }

            @Override
            public ModelAnswers.Why why(String model, String point, int ahead) {
                return models.why(model, point, ahead);
            }

            @Override
            public ModelAnswers.Features features(String model, int ahead, @Nullable String feature) {
                return models.features(model, ahead, feature);
            }

            @Override
            public ModelAnswers.History modelHistory(String model) {
                return models.history(model);
            }

            @Override
            public ModelAnswers.Status train(String model) {
                return models.train(model);
            }

            @Override
            public List<Rule> rules(String table) {
                return enrichment.rules(table);
            }

            @Override
            public Optional<String> rulesOfAnotherLog(String table) {
                return enrichment.rulesOfAnotherLog(table);
            }

            @Override
            public List<WatchedRule> watched(String table) {
                return profiles.watched(table);
            }

            @Override
            public void watch(String table, RuleFile.Expectation rule) {
                profiles.watch(table, rule);
            }

            @Override
            public boolean unwatch(String table, String name) {
                return profiles.unwatch(table, name);
            }

            @Override
            public Rule enforce(String table, Rule rule) {
                return enrichment.enforce(table, rule);
            }

            @Override
            public void release(String table, String rule) {
                enrichment.release(table, rule);
            }

            @Override
            public int hivePort() {
                return hivePort;
            }

            @Override
            public List<AgentMetrics.Status> agents() {
                return agents.get();
            }

            @Override
            public List<String> healthReasons() {
                return healthReasons.get();
            }
        };
    }
}
