package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import io.polder.config.Durations;
import io.polder.config.LaterRules;
import io.polder.config.Mart;
import io.polder.config.Rule;
import io.polder.config.RuleFile;
import io.polder.profile.Reports;
import io.polder.profile.TableProfile;
import io.polder.profile.WatchedRule;
import io.polder.query.Answer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** The profiles of the tables, and the rules that are enforced on them. Thread-safe. */
final class ProfileApi {
    private static final int MOST_SLICES = 2_400;
    private static final int USUAL_SLICES = 168;
    private static final int USUAL_ROWS = 20;
    private static final int MOST_ROWS = 1_000;
    private static final int MARKS = 50;
    private static final int RULE_SEGMENT = 5;
    private static final String NEWEST = "newest_within";
    private static final String AT_LEAST = "rows_at_least";
    private static final String AT_MOST = "rows_at_most";
    private static final String PER = "per";
    private static final List<String> MEMBERS = List.of(
            "name", "column", "check", "on_violation", "fix", "unique", "determinants", NEWEST, AT_LEAST, AT_MOST, PER);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Mart mart;
    private final Program program;
    private final InstantSource clock;

    ProfileApi(Mart mart, Program program, InstantSource clock) {
        this.mart = mart;
        this.program = program;
        this.clock = clock;
    }

    void find(Context request) {
        request.contentType(Api.JSON)
                .result(Reports.json(program.profiles(
                        asked(request, "type"), asked(request, "semantic"), asked(request, "pattern"))));
    }

    private static String asked(Context request, String name) {
        String text = request.queryParam(name);
        return text == null ? "" : text;
    }

    void profile(Context request) {
        String table = table(request);
        Optional<TableProfile> profile = program.profile(table);
        if (profile.isPresent()) {
            request.contentType(Api.JSON).result(Reports.json(profile.get()));
            return;
        }
        Api.answer(request, json -> {
            json.writeStartObject();
            json.writeStringField("table", table);
            json.writeStringField("state", "waits for its first rows");
            json.writeEndObject();
        });
    }

    void history(Context request) {
        int slices = Api.whole(request, "slices", USUAL_SLICES, MOST_SLICES);
        request.contentType(Api.JSON).result(Reports.json(program.history(table(request), slices)));
    }

    /** The two ranges are told whole: one that is guessed would be compared without being meant. */
    void compare(Context request) {
        String table = table(request);
        List<Problem> problems = new ArrayList<>();
        Instant from = time(request, "from", problems);
        Instant to = time(request, "to", problems);
        Instant againstFrom = time(request, "against-from", problems);
        Instant againstTo = time(request, "against-to", problems);
        order("from", from, to, problems);
        order("against-from", againstFrom, againstTo, problems);
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        request.contentType(Api.JSON).result(Reports.json(program.compare(table, againstFrom, againstTo, from, to)));
    }

    void outliers(Context request) {
        String table = table(request);
        int rows = Api.whole(request, "rows", USUAL_ROWS, MOST_ROWS);
        List<Problem> problems = new ArrayList<>();
        Instant at = request.queryParam("at") == null ? null : time(request, "at", problems);
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        request.contentType(Api.JSON).result(Reports.json(program.outliers(table, asked(request, "column"), rows, at)));
    }

    private static Instant time(Context request, String name, List<Problem> problems) {
        String text = asked(request, name);
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            problems.add(new Problem(name, text, "not a time", "write it like 2017-04-27T00:00:00Z"));
            return Instant.EPOCH;
        }
    }

    private static void order(String name, Instant from, Instant to, List<Problem> problems) {
        if (problems.isEmpty() && !from.isBefore(to)) {
            problems.add(new Problem(name, from.toString(), "is not before the end, " + to, "turn them round"));
        }
    }

    void rules(Context request) {
        answerRules(request, table(request));
    }

    void enforce(Context request) throws IOException {
        String table = table(request);
        JsonNode body = Api.object(request, MEMBERS);
        if (body.has("unique") || body.has("determinants")) {
            program.watch(table, severalRows(body));
            request.status(201);
            answerRules(request, table);
            return;
        }
        if (body.has(NEWEST) || body.has(AT_LEAST) || body.has(AT_MOST) || body.has(PER)) {
            program.watch(table, arrivals(body));
            request.status(201);
            answerRules(request, table);
            return;
        }
        List<Problem> problems = new ArrayList<>();
        for (String member : MEMBERS) {
            JsonNode value = body.path(member);
            if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
                problems.add(new Problem(member, value.toString(), "not a text", "write it in quotes"));
            }
        }
        String check = body.path("check").asText("");
        if (check.isBlank()) {
            problems.add(new Problem("check", check, "is missing", "write SQL over the table's columns that is true"));
        }
        String word = body.path("on_violation").asText("count");
        List<String> words = Stream.of(Rule.OnViolation.values())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        if (!words.contains(word)) {
            problems.add(new Problem("on_violation", word, "no such way", Problem.suggestion(word, words)));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        String column = body.path("column").asText("");
        Optional<String> fix = Optional.ofNullable(body.path("fix").textValue());
        if (!isSuggested(table, column, check, fix)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    List.of(new Problem(
                            "check",
                            check,
                            "is no rule that the profile of table '" + table + "' suggests now for this column and fix",
                            "take one of its rules as it stands, or write yours into polder.yaml or " + LaterRules.FILE
                                    + " and restart")));
        }
        String name = body.path("name").asText("");
        program.enforce(
                table,
                new Rule(
                        name.isBlank() ? (column.isEmpty() ? "rule" : column) : name,
                        column,
                        check,
                        Rule.OnViolation.valueOf(word.toUpperCase(Locale.ROOT)),
                        fix,
                        List.of(),
                        List.of()));
        request.status(201);
        answerRules(request, table);
    }

    /** A rule over several rows: only counted, for which of the rows breaks it is decided by none of them. */
    private static RuleFile.Expectation severalRows(JsonNode body) {
        List<Problem> problems = new ArrayList<>();
        boolean isUnique = body.has("unique");
        String member = isUnique ? "unique" : "determinants";
        List<String> columns = new ArrayList<>();
        body.path(member).forEach(column -> columns.add(column.asText()));
        if (columns.isEmpty()) {
            problems.add(new Problem(member, body.path(member).toString(), "names no column", "write [\"uid\"]"));
        }
        String column = body.path("column").asText("");
        if (isUnique == !column.isEmpty()) {
            problems.add(new Problem(
                    "column",
                    column,
                    isUnique ? "is not of a rule of what is unique" : "is missing",
                    isUnique ? "leave it out" : "name the one that follows from the others"));
        }
        for (String other : List.of("name", "check", "fix", isUnique ? "determinants" : "unique")) {
            if (body.has(other)) {
                problems.add(new Problem(other, body.path(other).asText(), "is not of such a rule", "leave it out"));
            }
        }
        String word = body.path("on_violation").asText("count");
        if (!word.equals("count")) {
            problems.add(new Problem(
                    "on_violation",
                    word,
                    "needs to know which row is wrong, and of several rows none is",
                    "write count, or take a dependency that is written out"));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        return isUnique ? new RuleFile.Unique(columns) : new RuleFile.Determined(columns, column);
    }

    /** A rule about when rows come and how many do: only counted. */
    private static RuleFile.Expectation arrivals(JsonNode body) {
        List<Problem> problems = new ArrayList<>();
        List<String> own = body.has(NEWEST)
                ? List.of("column", NEWEST, "on_violation")
                : List.of("column", AT_LEAST, AT_MOST, PER, "on_violation");
        body.fieldNames().forEachRemaining(member -> {
            if (!own.contains(member)) {
                problems.add(new Problem(member, body.path(member).asText(), "is not of such a rule", "leave it out"));
            }
        });
        String word = body.path("on_violation").asText("count");
        if (!word.equals("count")) {
            problems.add(new Problem("on_violation", word, "is not for a rule about all rows", "write count"));
        }
        String column = body.path("column").asText("");
        String per = body.path(PER).asText("");
        Duration within = Duration.ZERO;
        if (body.has(NEWEST)) {
            try {
                within = Durations.parse(body.path(NEWEST).asText());
            } catch (IllegalArgumentException wrong) {
                problems.add(new Problem(
                        NEWEST,
                        body.path(NEWEST).asText(),
                        String.valueOf(wrong.getMessage()),
                        "write it like 2h or 10m"));
            }
        } else if (!per.isEmpty() && !RuleFile.RowCount.UNITS.contains(per)) {
            problems.add(new Problem(PER, per, "no such unit", Problem.suggestion(per, RuleFile.RowCount.UNITS)));
        }
        boolean hasTimes = body.has(NEWEST) || !per.isEmpty();
        if (hasTimes == column.isEmpty()) {
            problems.add(new Problem(
                    "column",
                    column,
                    hasTimes ? "is missing" : "is not of a rule about all rows",
                    hasTimes ? "name a column of times" : "leave it out, or write per"));
        }
        int atLeast = rows(body, AT_LEAST, 0, problems);
        int atMost = rows(body, AT_MOST, Integer.MAX_VALUE, problems);
        if (!body.has(NEWEST) && !body.has(AT_LEAST) && !body.has(AT_MOST)) {
            problems.add(new Problem(AT_LEAST, "", "is missing, and so is " + AT_MOST, "write one of them, or both"));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        return body.has(NEWEST)
                ? new RuleFile.Newest(column, within)
                : new RuleFile.RowCount(column, per, atLeast, atMost);
    }

    private static int rows(JsonNode body, String member, int usual, List<Problem> problems) {
        JsonNode rows = body.path(member);
        if (rows.isMissingNode()) {
            return usual;
        }
        if (!rows.canConvertToInt() || rows.asInt() < 0) {
            problems.add(new Problem(
                    member,
                    rows.toString(),
                    "is not a number of rows",
                    "write a whole number from 0 to " + Integer.MAX_VALUE));
        }
        return rows.asInt();
    }

    /** A rule runs where the table is written, without the limits of a query: so no SQL that others have written. */
    private boolean isSuggested(String table, String column, String check, Optional<String> fix) {
        return program.profile(table).map(TableProfile::profile).stream()
                .flatMap(profile -> profile.rules().stream())
                .anyMatch(rule -> column.equals(Objects.requireNonNullElse(rule.column(), ""))
                        && rule.check().equals(check)
                        && (fix.isEmpty() || fix.get().equals(rule.fix())));
    }

    void release(Context request) {
        String table = table(request);
        String rule = RowAddress.decodeOne(Api.segment(request, RULE_SEGMENT));
        if (!program.unwatch(table, rule)) {
            program.release(table, rule);
        }
        answerRules(request, table);
    }

    private String table(Context request) {
        return Api.known("table", request, mart.tables().keySet());
    }

    private void answerRules(Context request, String table) {
        List<Rule> rules = program.rules(table);
        String hour = TIME.format(clock.instant().minus(Duration.ofHours(1)));
        Map<String, long[]> counts = new HashMap<>();
        String of = " WHERE table_name = '" + table.replace("'", "''") + "'";
        for (Object[] row : program.own("SELECT rule, sum(count)::BIGINT, coalesce(sum(count) FILTER (WHERE minute >="
                        + " TIMESTAMP '" + hour + "'), 0)::BIGINT FROM polder.violations" + of + " GROUP BY rule")
                .rows()) {
            counts.put(String.valueOf(row[0]), new long[] {number(row[1]), number(row[2])});
        }
        Answer marks = program.own("SELECT rule, \"column\", key, was, became, strftime(accepted, '%Y-%m-%dT%H:%M:%SZ')"
                + " FROM polder.marks" + of + " ORDER BY accepted DESC, \"offset\" DESC LIMIT " + MARKS);
        boolean isHidden = hasPersonal(table);
        List<WatchedRule> watched = program.watched(table);
        Optional<String> ofAnotherLog = program.rulesOfAnotherLog(table);
        Api.answer(request, json -> {
            json.writeStartObject();
            json.writeStringField("table", table);
            if (ofAnotherLog.isPresent()) {
                json.writeStringField("warning", ofAnotherLog.get());
            }
            json.writeArrayFieldStart("rules");
            for (Rule rule : rules) {
                write(json, rule, counts.getOrDefault(rule.name(), new long[2]));
            }
            json.writeEndArray();
            json.writeArrayFieldStart("watched");
            for (WatchedRule rule : watched) {
                write(json, rule);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("marks");
            for (Object[] row : marks.rows()) {
                mark(json, row, isHidden);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    /** Whether it has personal columns, or may have: which ones there are is found by its profile. */
    private boolean hasPersonal(String table) {
        return !mart.table(table).personal().isEmpty()
                || program.profile(table)
                        .map(known -> !known.profile().privacy().columns().isEmpty())
                        .orElse(true);
    }

    private static void write(JsonGenerator json, Rule rule, long[] counts) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", rule.name());
        json.writeStringField("column", rule.column());
        json.writeStringField("check", rule.check());
        json.writeStringField("onViolation", rule.onViolation().name().toLowerCase(Locale.ROOT));
        if (rule.fix().isPresent()) {
            json.writeStringField("fix", rule.fix().get());
        }
        json.writeBooleanField("isSwitched", rule.isPartial());
        json.writeBooleanField("isOn", !rule.isOver());
        json.writeNumberField("violations", counts[0]);
        json.writeNumberField("lastHour", counts[1]);
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, WatchedRule rule) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", rule.name());
        json.writeStringField("rule", rule.rule().title());
        if (rule.violations() >= 0) {
            json.writeNumberField("violations", rule.violations());
        }
        json.writeArrayFieldStart("examples");
        for (String key : rule.examples()) {
            json.writeString(key);
        }
        json.writeEndArray();
        if (!rule.problem().isEmpty()) {
            json.writeStringField("problem", rule.problem());
        }
        json.writeEndObject();
    }

    private static void mark(JsonGenerator json, Object[] row, boolean isHidden) throws IOException {
        json.writeStartObject();
        json.writeStringField("rule", String.valueOf(row[0]));
        json.writeStringField("column", row[1] == null ? "" : String.valueOf(row[1]));
        json.writeStringField("accepted", String.valueOf(row[5]));
        json.writeBooleanField("isFixed", row[4] != null);
        // A key leads to the row, and so to the person.
        if (!isHidden) {
            json.writeStringField("key", String.valueOf(row[2]));
            json.writeStringField("was", row[3] == null ? null : String.valueOf(row[3]));
            json.writeStringField("became", row[4] == null ? null : String.valueOf(row[4]));
        }
        json.writeEndObject();
    }

    private static long number(Object value) {
        return value instanceof Number number ? number.longValue() : Long.parseLong(String.valueOf(value));
    }
}
