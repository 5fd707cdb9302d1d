package io.polder.web;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.polder.agent.AgentMetrics;
import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.Platform;
import io.polder.enrich.TableStatus;
import io.polder.ingest.FeedStatus;
import io.polder.ingest.Push;
import io.polder.log.LogRecord;
import io.polder.log.RecordHeaders;
import io.polder.query.Answer;
import io.polder.query.Queries;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.sql.Session;
import io.polder.superset.Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The HTTP interface but for live push: every route with what it does. Thread-safe. */
final class Api {
    static final String JSON = "application/json";
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAX_REJECTED = 1_000;
    private static final int MAX_LEDGER_MINUTES = 7 * 24 * 60;
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Mart mart;
    private final Platform platform;
    private final String version;
    private final Program program;
    private final Pipelines pipelines;
    private final SqlEndpoint sql;
    private final DruidSql druid;
    private final ProfileApi profiles;
    private final ModelsApi models;
    private final Metrics metrics;
    private final AtomicBoolean isReady;
    private final InstantSource clock;
    private final boolean isSimulated;

    Api(
            Mart mart,
            Platform platform,
            String version,
            Program program,
            Pipelines pipelines,
            Metrics metrics,
            AtomicBoolean isReady,
            InstantSource clock) {
        this.mart = mart;
        this.platform = platform;
        this.version = version;
        this.program = program;
        this.pipelines = pipelines;
        this.metrics = metrics;
        this.isReady = isReady;
        this.clock = clock;
        isSimulated = Bodies.isSimulated(mart);
        sql = new SqlEndpoint(program, platform.queryRows(), platform.sqlTimezone(), isSimulated);
        druid = new DruidSql(program);
        profiles = new ProfileApi(mart, program, clock);
        models = new ModelsApi(mart, program);
    }

    /** What is served where; {@code path} as {@code openapi.json} writes it. */
    record Route(HandlerType method, String path, Handler handler) {}

    List<Route> routes() {
        return List.of(
                get("/api/mart", this::mart),
                get("/api/feeds", this::feeds),
                get("/api/pipelines", this::pipelines),
                post("/api/feeds/{feed}/events", this::push),
                post("/api/feeds/{feed}/pause", this::pause),
                post("/api/feeds/{feed}/resume", this::resume),
                get("/api/tables", this::tables),
                post("/api/tables/{table}/rebuild", this::rebuild),
                get("/api/tables/{table}/rows/{key}", this::row),
                get("/api/tables/{table}/rows/{key}/event", this::event),
                get("/api/profiles", profiles::find),
                get("/api/tables/{table}/profile", profiles::profile),
                get("/api/tables/{table}/history", profiles::history),
                get("/api/tables/{table}/compare", profiles::compare),
                get("/api/tables/{table}/outliers", profiles::outliers),
                get("/api/tables/{table}/rules", profiles::rules),
                post("/api/tables/{table}/rules", profiles::enforce),
                route(HandlerType.DELETE, "/api/tables/{table}/rules/{rule}", profiles::release),
                get("/api/models", models::all),
                get("/api/models/{model}", models::one),
                get("/api/models/{model}/forecast", models::forecast),
                get("/api/models/{model}/points/{point}", models::point),
                get("/api/models/{model}/points/{point}/why", models::why),
                get("/api/models/{model}/features", models::features),
                get("/api/models/{model}/history", models::history),
                post("/api/models/{model}/train", models::train),
                get("/api/ledger", this::ledger),
                get("/api/freshness", this::freshness),
                post("/api/sql", sql::ask),
                get("/api/sql/words", sql::words),
                get("/api/queries", sql::queries),
                get("/api/queries/{query}", sql::query),
                route(HandlerType.DELETE, "/api/queries/{query}", sql::cancel),
                get("/api/export/superset", this::superset),
                get("/api/rejected", this::rejected),
                post("/api/rejected/replay", this::replay),
                get("/health", this::health),
                get("/metrics", this::flumeMetrics),
                get("/metrics/prometheus", this::prometheus));
    }

    /** What Druid's clients ask for, which Druid's own documents describe. */
    List<Route> druidRoutes() {
        return List.of(
                post("/druid/v2/sql", druid::ask),
                post("/druid/v2/sql/", druid::ask),
                route(HandlerType.DELETE, "/druid/v2/sql/{id}", druid::cancel));
    }

    private static Route get(String path, Handler handler) {
        return route(HandlerType.GET, path, handler);
    }

    private static Route post(String path, Handler handler) {
        return route(HandlerType.POST, path, handler);
    }

    private static Route route(HandlerType method, String path, Handler handler) {
        return new Route(method, path, request -> {
            request.req().setAttribute(Metrics.ROUTE, path);
            request.res().setHeader("Cache-Control", "no-store");
            handler.handle(request);
        });
    }

    private void mart(Context request) {
        answer(request, json -> Bodies.mart(json, mart, version, platform.tiles(), clock.instant()));
    }

    private void feeds(Context request) {
        List<FeedStatus> feeds = program.feeds();
        List<TableStatus> tables = program.tables();
        answer(request, json -> {
            json.writeStartObject();
            Bodies.feeds(json, feeds, tables);
            json.writeEndObject();
        });
    }

    private void pipelines(Context request) {
        List<Pipeline> found = pipelines.now(program.feeds(), program.tables());
        Map<String, List<Long>> perMinute = pipelines.perMinute();
        answer(request, json -> {
            json.writeStartObject();
            Pipelines.write(json, found, perMinute);
            json.writeEndObject();
        });
    }

    private void push(Context request) throws IOException {
        String feed = known("feed", request, mart.feeds().keySet());
        Push push = program.push(
                feed,
                body(request),
                // Not getContentType(), which fails when it names a charset that Java does not know.
                request.req().getHeader("Content-Type"),
                request.req().getHeader("Idempotency-Key"));
        answer(request, json -> Bodies.push(json, push));
    }

    /** The body as it came: ingest tells a packed one by its first bytes. */
    private static InputStream body(Context request) throws IOException {
        String encoding = request.req().getHeader("Content-Encoding");
        if (encoding == null || encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("identity")) {
            return request.req().getInputStream();
        }
        throw new PolderException(
                ErrorCode.UNSUPPORTED_MEDIA,
                List.of(new Problem(
                        "Content-Encoding",
                        encoding,
                        "not an encoding that is read",
                        "send the body packed with gzip, or as it is")));
    }

    private void pause(Context request) {
        String feed = known("feed", request, mart.feeds().keySet());
        program.pause(feed);
        answerFeed(request, feed);
    }

    private void resume(Context request) {
        String feed = known("feed", request, mart.feeds().keySet());
        program.resume(feed);
        answerFeed(request, feed);
    }

    private void answerFeed(Context request, String name) {
        FeedStatus feed = program.feeds().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        List<TableStatus> tables = program.tables();
        answer(request, json -> Bodies.feed(json, feed, tables));
    }

    private void tables(Context request) {
        List<TableStatus> tables = program.tables();
        answer(request, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("tables");
            for (TableStatus table : tables) {
                Bodies.table(json, table);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private void rebuild(Context request) {
        String table = known("table", request, mart.tables().keySet());
        program.rebuild(table);
        TableStatus status = status(table).orElseThrow();
        request.status(202);
        answer(request, json -> Bodies.table(json, status));
    }

    private Optional<TableStatus> status(String table) {
        return program.tables().stream()
                .filter(candidate -> candidate.name().equals(table))
                .findFirst();
    }

    private void row(Context request) {
        String table = known("table", request, mart.tables().keySet());
        Queries.Found found = find(table, request);
        boolean isMadeUp = isSimulated(table);
        answer(request, json -> Bodies.row(json, table, found, isMadeUp));
    }

    private void event(Context request) {
        String table = known("table", request, mart.tables().keySet());
        Queries.Provenance place = find(table, request).provenance();
        LogRecord event = program.event(place.topic(), place.partition(), place.offset())
                .orElseThrow(() -> new PolderException(
                        ErrorCode.NOT_FOUND,
                        "The event of this row, offset " + place.offset() + " of partition " + place.partition()
                                + " of topic '" + place.topic()
                                + "', is not in the log any more. Fix: keep the topic for"
                                + " longer with the feed's 'keep_for'"));
        byte[] named = event.headers().get(RecordHeaders.FEED);
        String feed = named == null ? place.feed() : new String(named, StandardCharsets.UTF_8);
        boolean isMadeUp = isSimulated(table);
        answer(request, json -> Bodies.event(json, event, feed, isMadeUp));
    }

    private Queries.Found find(String table, Context request) {
        String segment = segment(request, KEY_SEGMENT);
        return program.row(table, RowAddress.decode(segment))
                .orElseThrow(() -> new PolderException(
                        ErrorCode.NOT_FOUND,
                        List.of(new Problem(
                                "key",
                                segment,
                                "no such row in table '" + table + "'",
                                "find its key with a SELECT over the table"))));
    }

    /** By the definition: how the table is doing costs more to find out than a row. */
    private boolean isSimulated(String table) {
        return mart.feedsOf(mart.table(table).from()).stream().anyMatch(Feed::simulated);
    }

    private void ledger(Context request) {
        int minutes = whole(request, "minutes", 60, MAX_LEDGER_MINUTES);
        Instant first = clock.instant().minus(Duration.ofMinutes(minutes - 1L)).truncatedTo(ChronoUnit.MINUTES);
        String recent = " WHERE minute >= TIMESTAMP '" + MINUTE.format(first) + "' ORDER BY minute DESC, ";
        Answer edge = program.own("SELECT feed, minute, read, logged, filtered, rejected, duplicate"
                + " FROM polder.edge_ledger" + recent + "feed");
        Answer tables = program.own("SELECT table_name, minute, logged, applied, filtered, rejected, too_late, waiting"
                + " FROM polder.ledger" + recent + "table_name");
        answer(request, json -> Bodies.ledger(json, edge, tables, isSimulated));
    }

    private void freshness(Context request) {
        List<TableStatus> tables = program.tables();
        answer(request, json -> {
            json.writeStartObject();
            Bodies.freshness(json, "tables", tables);
            json.writeBooleanField("simulated", isSimulated);
            json.writeEndObject();
        });
    }

    /** The database's address is of the machine that was asked, by the name that it was asked by. */
    private void superset(Context request) {
        String host = request.req().getServerName();
        URI database = URI.create("impala://" + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host)
                + ":" + program.hivePort() + "/" + Session.DEFAULT);
        byte[] bundle = Bundle.zip(mart, program.catalog().relations(), database, clock.instant());
        request.header("Content-Disposition", "attachment; filename=\"polder-" + mart.name() + ".zip\"")
                .contentType("application/zip")
                .result(bundle);
    }

    private void rejected(Context request) {
        int limit = whole(request, "limit", 50, MAX_REJECTED);
        var events = program.rejected(request.queryParam("topic"), limit);
        answer(request, json -> Bodies.rejected(json, events));
    }

    private void replay(Context request) throws IOException {
        JsonNode topic = object(request, List.of("topic")).path("topic");
        if (!topic.isMissingNode() && !topic.isNull() && !topic.isTextual()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            "topic", topic.toString(), "not a text", "write a topic's name, or leave it out for all")));
        }
        long replayed = program.replay(topic.textValue());
        answer(request, json -> {
            json.writeStartObject();
            json.writeNumberField("replayed", replayed);
            json.writeEndObject();
        });
    }

    private void health(Context request) {
        List<String> reasons = program.healthReasons();
        if (!isReady.get()) {
            request.status(503);
            answer(request, json -> Bodies.health(json, "starting", reasons));
            return;
        }
        answer(request, json -> Bodies.health(json, reasons.isEmpty() ? "ok" : "degraded", reasons));
    }

    private void prometheus(Context request) {
        request.contentType(Metrics.CONTENT_TYPE)
                .result(metrics.scrape() + AgentMetrics.asPrometheusReads(program.agents()));
    }

    private void flumeMetrics(Context request) {
        List<FeedStatus> feeds = program.feeds();
        List<TableStatus> tables = program.tables();
        List<AgentMetrics.Status> agents = program.agents();
        answer(request, json -> FlumeMetrics.write(json, feeds, tables, agents));
    }

    static void answer(Context request, Json.Body body) {
        request.contentType(JSON).result(Json.bytes(body));
    }

    static final int NAME_SEGMENT = 3;
    private static final int KEY_SEGMENT = 5;

    /** A segment of the path as it was sent: {@code /api/tables/traffic/rows/29} has "traffic" at 3 and "29" at 5. */
    static String segment(Context request, int index) {
        return request.req().getRequestURI().split("/", -1)[index];
    }

    static String known(String kind, Context request, Collection<String> names) {
        String name = RowAddress.decodeOne(segment(request, NAME_SEGMENT));
        if (names.contains(name)) {
            return name;
        }
        throw new PolderException(
                ErrorCode.NOT_FOUND,
                List.of(new Problem(kind, name, "no such " + kind, Problem.suggestion(name, names))));
    }

    static int whole(Context request, String name, int usual, int most) {
        String text = request.queryParam(name);
        if (text == null) {
            return usual;
        }
        if (text.matches("\\d{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        }
        throw new PolderException(
                ErrorCode.INVALID_REQUEST,
                List.of(new Problem(name, text, "not a whole number from 1 to " + most, "leave it out for " + usual)));
    }

    /** The body as a JSON object with no other members than these; an empty one when there is no body. */
    static JsonNode object(Context request, List<String> members) throws IOException {
        byte[] body = request.req().getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new PolderException(
                    ErrorCode.TOO_LARGE,
                    "The body is over " + MAX_BODY_BYTES + " bytes, which is the limit. Fix: send less");
        }
        if (body.length == 0) {
            return Json.MAPPER.createObjectNode();
        }
        JsonNode node = parsed(body);
        if (!node.isObject()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The body is not a JSON object. Fix: send an object with " + String.join(", ", members));
        }
        List<Problem> problems = new ArrayList<>();
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!members.contains(name)) {
                problems.add(new Problem(name, "", "no such member", Problem.suggestion(name, members)));
            }
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        return node;
    }

    private static JsonNode parsed(byte[] body) throws IOException {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException malformed) {
            JsonLocation location = malformed.getLocation();
            String place = location == null
                    ? ""
                    : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The body is not JSON" + place + ": " + malformed.getOriginalMessage() + ". Fix: send valid JSON",
                    malformed);
        }
    }
}
