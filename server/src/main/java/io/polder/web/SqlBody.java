package io.polder.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.query.Question;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.sql.Catalog;
import io.polder.sql.Impala;
import io.polder.sql.Session;
import io.polder.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is posted to {@code /api/sql}.
 *
 * @param isImpala whether it is Impala's SQL, or else the engine's
 * @param limit how many rows are wanted at most
 * @param id a name for the query; empty for any
 * @param age how old the answer may be
 * @param options what SET has set before, by name
 */
record SqlBody(String sql, boolean isImpala, long limit, String id, Duration age, Map<String, String> options) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{8,64}");
    private static final Pattern OPTION = Pattern.compile("[A-Za-z_]{1,60}");
    private static final int MAX_AGE_SECONDS = 86_400;

    /** Reads it; all that is wrong with it is told at once. */
    static SqlBody read(JsonNode body) {
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
        Map<String, String> options = options(body.path("options"), problems);
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        return new SqlBody(
                sql.textValue(),
                dialect.asText().equals("impala"),
                limit.asLong(Long.MAX_VALUE),
                id.asText(""),
                Duration.ofMillis(Math.round(age.asDouble(0) * 1_000)),
                options);
    }

    private static Map<String, String> options(JsonNode options, List<Problem> problems) {
        Map<String, String> read = new TreeMap<>();
        if (isGiven(options) && !options.isObject()) {
            problems.add(new Problem(
                    "options", options.toString(), "not an object", "send what SET has answered, or leave it out"));
            return read;
        }
        for (Map.Entry<String, JsonNode> option : options.properties()) {
            if (OPTION.matcher(option.getKey()).matches() && option.getValue().isTextual()) {
                read.put(option.getKey(), option.getValue().textValue());
            } else {
                problems.add(new Problem(
                        "options." + option.getKey(),
                        option.getValue().toString(),
                        "not an option with a text",
                        "send what SET has answered"));
            }
        }
        return read;
    }

    private static boolean isGiven(JsonNode member) {
        return !member.isMissingNode() && !member.isNull();
    }

    /** The same with the name, the limit and the age that were posted. */
    Question of(Question question) {
        return question.withId(id).withLimit(limit).withAge(age);
    }

    /** The session that its options make: as if SET had said each of them. */
    Session session(Catalog catalog, ZoneId timezone) {
        Session session = Session.start(timezone);
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue().replace("\\", "\\\\").replace("'", "\\'");
            Statement set = Impala.translate("SET " + option.getKey() + "='" + value + "'", session, catalog);
            if (set instanceof Statement.Change change) {
                session = change.session();
            }
        }
        return session;
    }
}
