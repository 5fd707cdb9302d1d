package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.polder.query.Answer;
import io.polder.query.Chunk;
import io.polder.query.Execution;
import io.polder.query.Question;
import io.polder.query.Values;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Druid;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Druid's SQL over HTTP: what its clients post and get. Thread-safe. */
final class DruidSql {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final DateTimeFormatter MILLISECONDS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Program program;
    private final Map<String, Execution> running = new ConcurrentHashMap<>();

    DruidSql(Program program) {
        this.program = program;
    }

    /** Answers a query; what is wrong is told in Druid's words. */
    void ask(Context request) throws IOException {
        String id = UUID.randomUUID().toString();
        try {
            JsonNode body = body(request);
            JsonNode context = body.path("context");
            id = context.path("sqlQueryId").asText(id);
            request.header("X-Druid-SQL-Query-Id", id.replaceAll("[^\\x20-\\x7e]", ""));
            Question question =
                    Question.of("druid", Druid.translate(body.path("query").asText(), program.catalog()), false);
            long timeout = context.path("timeout").asLong();
            if (timeout > 0) {
                question = question.withTimeout(Duration.ofMillis(timeout));
            }
            try (Execution execution = program.begin(question)) {
                running.put(id, execution);
                execution.start();
                write(request, body, execution);
            }
        } catch (PolderException told) {
            fail(request, told);
        } finally {
            running.remove(id);
        }
    }

    /** Cancels a query by the name that its client gave it. */
    void cancel(Context request) {
        Execution execution = running.get(request.pathParam("id"));
        if (execution == null) {
            request.status(404);
            return;
        }
        execution.cancel();
        request.status(202);
    }

    private static JsonNode body(Context request) throws IOException {
        byte[] bytes = request.req().getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        JsonNode body;
        try {
            body = bytes.length > MAX_BODY_BYTES ? null : Json.MAPPER.readTree(bytes);
        } catch (IOException malformed) {
            body = null;
        }
        if (body == null || !body.path("query").isTextual()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The body is not a query. Fix: send {\"query\": \"SELECT 1\"}, at most " + MAX_BODY_BYTES
                            + " bytes");
        }
        if (body.path("parameters").size() > 0) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST, "Parameters are not taken. Fix: write the values into the query");
        }
        return body;
    }

    private static void write(Context request, JsonNode body, Execution execution) throws IOException {
        String format = body.path("resultFormat").asText("object");
        boolean isArray = format.equals("array");
        if (!isArray && !format.equals("object")) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "resultFormat = '" + format + "': not given here. Fix: write object or array");
        }
        request.contentType("application/json");
        List<Answer.Column> columns = execution.columns();
        try (JsonGenerator json =
                Json.FACTORY.createGenerator(new Unfinished(request.res().getOutputStream()))) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            json.writeStartArray();
            if (body.path("header").asBoolean()) {
                header(json, columns, isArray);
            }
            for (Chunk chunk = execution.next(); chunk != null; chunk = execution.next()) {
                for (int row = 0; row < chunk.rows(); row++) {
                    row(json, columns, chunk, row, isArray);
                }
            }
            json.writeEndArray();
        }
    }

    private static void header(JsonGenerator json, List<Answer.Column> columns, boolean isArray) throws IOException {
        if (isArray) {
            json.writeStartArray();
            for (Answer.Column column : columns) {
                json.writeString(column.name());
            }
            json.writeEndArray();
            return;
        }
        json.writeStartObject();
        for (Answer.Column column : columns) {
            json.writeNullField(column.name());
        }
        json.writeEndObject();
    }

    private static void row(JsonGenerator json, List<Answer.Column> columns, Chunk chunk, int row, boolean isArray)
            throws IOException {
        if (isArray) {
            json.writeStartArray();
        } else {
            json.writeStartObject();
        }
        for (int index = 0; index < columns.size(); index++) {
            if (!isArray) {
                json.writeFieldName(columns.get(index).name());
            }
            value(json, Values.at(chunk, index, columns.get(index).type(), row));
        }
        if (isArray) {
            json.writeEndArray();
        } else {
            json.writeEndObject();
        }
    }

    private static void value(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value instanceof Instant instant) {
            json.writeString(MILLISECONDS.format(instant));
        } else if (value instanceof LocalDate day) {
            json.writeString(day + "T00:00:00.000Z");
        } else if (value instanceof Long number) {
            json.writeNumber(number);
        } else if (value instanceof java.math.BigInteger number) {
            json.writeNumber(number);
        } else if (value instanceof java.math.BigDecimal number) {
            json.writeNumber(number);
        } else {
            Json.value(json, value);
        }
    }

    private static void fail(Context request, PolderException told) throws IOException {
        if (request.res().isCommitted()) {
            throw told;
        }
        request.res().resetBuffer();
        String error =
                switch (told.code()) {
                    case TIMED_OUT -> "Query timeout";
                    case CONFLICT -> "Query cancelled";
                    case UNAVAILABLE, RESTART -> "Query capacity exceeded";
                    case INTERNAL -> "Unknown exception";
                    default -> "Plan validation failed";
                };
        request.status(told.code() == ErrorCode.TIMED_OUT ? 504 : told.code().httpStatus())
                .contentType("application/json")
                .result(Json.bytes(json -> {
                    json.writeStartObject();
                    json.writeStringField("error", error);
                    json.writeStringField("errorMessage", told.getMessage());
                    json.writeStringField(
                            "errorClass",
                            told.code() == ErrorCode.INVALID_REQUEST
                                    ? "org.apache.calcite.tools.ValidationException"
                                    : "org.apache.druid.query.QueryException");
                    json.writeNullField("host");
                    json.writeEndObject();
                }));
    }
}
