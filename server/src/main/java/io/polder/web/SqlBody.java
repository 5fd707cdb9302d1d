package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.polder.query.Execution;
import io.polder.query.Question;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.sql.Impala;
import io.polder.sql.Session;
import io.polder.sql.Statement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What is posted to {@code /api/sql}, and what is told of queries under way. */
final class SqlBody {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{8,64}");
    private static final int MAX_AGE_SECONDS = 86_400;

    private SqlBody() {}

    /** Reads the question; all that is wrong with it is told at once. */
    static Question question(JsonNode body, Program program) {
        List<Problem> problems = new ArrayList<>();
        JsonNode sql = body.path("sql");
        if (!sql.isTextual() || sql.textValue().isBlank()) {
            problems.add(
                    new Problem("sql", sql.isMissingNode() ? "" : sql.asText(), "no query", "write a SELECT as text"));
        }
        JsonNode limit = body.path("limit");
        if (isGiven(limit) && !(limit.isIntegralNumber() && limit.longValue() >= 1)) {
            problems.add(
                    new Problem("limit", limit.toString(), "not a whole number from 1", "leave it out, or write 1000"));
        }
        JsonNode dialect = body.path("dialect");
        if (isGiven(dialect) && !List.of("engine", "impala").contains(dialect.asText())) {
            problems.add(new Problem("dialect", dialect.asText(), "no such dialect", "write engine or impala"));
        }
        JsonNode id = body.path("id");
        if (isGiven(id) && !(id.isTextual() && ID.matcher(id.textValue()).matches())) {
            problems.add(
                    new Problem("id", id.asText(), "not a name for a query", "write 8 to 64 letters, digits, _ or -"));
        }
        JsonNode age = body.path("max_age");
        if (isGiven(age) && !(age.isNumber() && age.doubleValue() >= 0 && age.doubleValue() <= MAX_AGE_SECONDS)) {
            problems.add(new Problem(
                    "max_age", age.toString(), "not seconds from 0 to " + MAX_AGE_SECONDS, "leave it out for 0"));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        Question question = dialect.asText().equals("impala")
                ? impala(sql.textValue(), program)
                : Question.of("web", sql.textValue());
        return question.withId(id.asText("")).withAge(Duration.ofMillis(Math.round(age.asDouble(0) * 1_000)));
    }

    private static Question impala(String sql, Program program) {
        Statement statement = Impala.translate(sql, Session.start(), program.catalog());
        if (statement instanceof Statement.Query query) {
            return Question.of("web", query.text(), false);
        }
        if (statement instanceof Statement.Explain explain) {
            return Question.of("web", explain.text(), true);
        }
        throw new PolderException(
                ErrorCode.INVALID_REQUEST,
                "Only SELECT and EXPLAIN are answered here. Fix: ask other things on the Hive port");
    }

    private static boolean isGiven(JsonNode member) {
        return !member.isMissingNode() && !member.isNull();
    }

    static long limit(JsonNode body) {
        return body.path("limit").asLong(Long.MAX_VALUE);
    }

    static void describe(JsonGenerator json, Execution execution) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", execution.id());
        json.writeStringField("state", execution.state().name().toLowerCase(java.util.Locale.ROOT));
        Json.rounded(json, "progress", execution.progress());
        json.writeNumberField("rows", execution.rows());
        Json.instant(json, "asked", execution.asked());
        json.writeEndObject();
    }
}
