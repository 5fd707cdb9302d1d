package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.polder.query.Answer;
import io.polder.query.Execution;
import io.polder.query.Question;
import io.polder.query.Rows;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.sql.HiveType;
import io.polder.sql.Impala;
import io.polder.sql.Relation;
import io.polder.sql.Session;
import io.polder.sql.Statement;
import io.polder.sql.Vocabulary;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** SQL over HTTP: a statement is answered, watched and cancelled. Thread-safe. */
final class SqlEndpoint {
    private static final List<String> MEMBERS = List.of("sql", "limit", "dialect", "id", "max_age", "options");

    private final Program program;
    private final long mostRows;
    private final ZoneId timezone;
    private final boolean isSimulated;

    /**
     * Answers for a program.
     *
     * @param mostRows how many a JSON document holds at most
     * @param timezone of sessions that set none
     */
    SqlEndpoint(Program program, long mostRows, ZoneId timezone, boolean isSimulated) {
        this.program = program;
        this.mostRows = mostRows;
        this.timezone = timezone;
        this.isSimulated = isSimulated;
    }

    void ask(Context request) throws IOException {
        JsonNode body = Api.object(request, MEMBERS);
        Optional<RowFormat> format = RowFormat.of(request.header("Accept"));
        SqlBody asked = SqlBody.read(body);
        if (!asked.isImpala()) {
            select(request, asked.of(Question.of("web", asked.sql())), format);
            return;
        }
        Session session = asked.session(program.catalog(), timezone);
        Statement statement = Impala.translate(asked.sql(), session, program.catalog());
        if (statement instanceof Statement.Query query) {
            select(request, asked.of(Question.of("web", query.text(), false)), format);
        } else if (statement instanceof Statement.Explain explain) {
            select(request, asked.of(Question.of("web", explain.text(), true)), format);
        } else if (statement instanceof Statement.Listing listing) {
            list(request, columns(listing.columns()), listing.rows(), format);
        } else if (statement instanceof Statement.Change change) {
            document(request, List.of(), List.of(), json -> options(json, change.session()));
        } else if (statement instanceof Statement.Write write) {
            long written = program.write(write);
            document(request, List.of(), List.of(), json -> json.writeNumberField("written", written));
        }
    }

    private void select(Context request, Question question, Optional<RowFormat> format) throws IOException {
        if (format.isEmpty()) {
            Answer answer = program.ask(question.withLimit(Math.min(mostRows, question.limit())));
            request.contentType(Api.JSON);
            try (JsonGenerator json = Json.FACTORY.createGenerator(request.outputStream())) {
                Bodies.answer(json, answer, isSimulated, more -> {});
            }
            return;
        }
        try (Execution execution = program.begin(question)) {
            execution.start();
            request.header("X-Query-Id", execution.id());
            stream(request, execution, format.get());
        }
    }

    private void list(
            Context request, List<Answer.Column> columns, List<List<@Nullable Object>> rows, Optional<RowFormat> format)
            throws IOException {
        if (format.isPresent()) {
            stream(request, Rows.of(columns, rows), format.get());
        } else {
            document(request, columns, rows, json -> {});
        }
    }

    private void stream(Context request, Rows rows, RowFormat format) throws IOException {
        request.contentType(format.mediaType());
        format.write(program, rows, new Unfinished(request.res().getOutputStream()));
    }

    /** An answer that needed no engine. */
    private void document(
            Context request, List<Answer.Column> columns, List<List<@Nullable Object>> rows, Json.Body more) {
        List<@Nullable Object[]> values = rows.stream().map(List::toArray).toList();
        Answer answer = new Answer(columns, values, false, 0);
        Api.answer(request, json -> Bodies.answer(json, answer, isSimulated, more));
    }

    private static List<Answer.Column> columns(List<Relation.Column> columns) {
        return columns.stream()
                .map(column -> new Answer.Column(
                        column.name(),
                        column.type().kind() == HiveType.Kind.STRING
                                ? "VARCHAR"
                                : column.type().kind().name()))
                .toList();
    }

    private static void options(JsonGenerator json, Session session) throws IOException {
        json.writeObjectFieldStart("options");
        for (Map.Entry<String, String> option : new TreeMap<>(session.options()).entrySet()) {
            json.writeStringField(option.getKey(), option.getValue());
        }
        json.writeEndObject();
    }

    /** What may be written: for those that complete what somebody types. */
    void words(Context request) {
        List<Relation> relations = program.catalog().relations();
        Api.answer(request, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("tables");
            for (Relation relation : relations) {
                relation(json, relation);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("functions");
            for (Vocabulary.Called function : Vocabulary.functions()) {
                json.writeStartObject();
                json.writeStringField("name", function.name());
                json.writeStringField("signature", function.signature());
                json.writeStringField("says", function.says());
                json.writeEndObject();
            }
            json.writeEndArray();
            Json.texts(json, "keywords", Vocabulary.keywords());
            json.writeEndObject();
        });
    }

    private static void relation(JsonGenerator json, Relation relation) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", relation.name());
        json.writeBooleanField("view", relation.isView());
        Json.texts(json, "key", relation.key());
        Json.text(json, "time", relation.time().orElse(null));
        json.writeArrayFieldStart("columns");
        for (Relation.Column column : relation.columns()) {
            json.writeStartObject();
            json.writeStringField("name", column.name());
            json.writeStringField("type", column.type().word());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    // ---- queries under way

    void queries(Context request) {
        List<Execution> executions = program.executions();
        Api.answer(request, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("queries");
            for (Execution execution : executions) {
                describe(json, execution);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    void query(Context request) {
        Execution execution = execution(request);
        Api.answer(request, json -> describe(json, execution));
    }

    void cancel(Context request) {
        Execution execution = execution(request);
        execution.cancel();
        Api.answer(request, json -> describe(json, execution));
    }

    private Execution execution(Context request) {
        String id = RowAddress.decodeOne(Api.segment(request, Api.NAME_SEGMENT));
        return program.execution(id)
                .orElseThrow(() -> new PolderException(
                        ErrorCode.NOT_FOUND,
                        List.of(new Problem("query", id, "no such query is under way", "see /api/queries"))));
    }

    private static void describe(JsonGenerator json, Execution execution) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", execution.id());
        json.writeStringField("state", execution.state().name().toLowerCase(Locale.ROOT));
        Json.rounded(json, "progress", execution.progress());
        json.writeNumberField("rows", execution.rows());
        Json.instant(json, "asked", execution.asked());
        json.writeEndObject();
    }
}
