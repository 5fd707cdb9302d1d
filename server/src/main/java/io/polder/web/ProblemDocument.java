package io.polder.web;

import com.fasterxml.jackson.core.JsonGenerator;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.sql.SqlProblem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpStatus;

/**
 * An error as RFC 9457 writes it: what every answer of this server is that is not a success.
 *
 * @param status the HTTP status
 * @param code what failed, for programs: the name of an {@link ErrorCode}, or of the HTTP status where none fits
 * @param detail what failed, for people
 * @param problems the single problems, when there are several or they have places
 * @param position of a statement in SQL: where the word stands that is wrong, in UTF-16 units from 0; -1 when there is no
 *     such place
 */
record ProblemDocument(int status, String code, String detail, List<Problem> problems, int position) {
    static final String TYPE = "application/problem+json";
    /** When to try again after a 503, in seconds. */
    private static final String RETRY_SECONDS = "2";

    ProblemDocument {
        problems = List.copyOf(problems);
    }

    static ProblemDocument of(PolderException failure) {
        ErrorCode code = failure.code();
        String detail = Objects.requireNonNullElse(failure.getMessage(), code.name());
        if (failure instanceof SqlProblem sql && sql.position() >= 0) {
            String place = "line " + sql.line() + ", column " + sql.column();
            Problem problem = new Problem(place, "", sql.wrong(), sql.fix());
            return new ProblemDocument(code.httpStatus(), code.name(), detail, List.of(problem), sql.position());
        }
        return new ProblemDocument(code.httpStatus(), code.name(), detail, failure.problems(), -1);
    }

    /** An error of HTTP itself; its code is the status' name. */
    static ProblemDocument of(int status, String detail) {
        String code = phrase(status).toUpperCase(Locale.ROOT).replaceAll("[^A-Z]+", "_");
        return new ProblemDocument(status, code, detail, List.of(), -1);
    }

    /** A bug, of which only the log tells more. */
    static ProblemDocument unexpected() {
        return new ProblemDocument(
                ErrorCode.INTERNAL.httpStatus(),
                ErrorCode.INTERNAL.name(),
                "This is a mistake in the program, not in the request. Fix: look into the program's log, and report it.",
                List.of(),
                -1);
    }

    void send(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        response.setContentType(TYPE);
        response.setHeader("Cache-Control", "no-store");
        retryAfter().ifPresent(seconds -> response.setHeader("Retry-After", seconds));
        byte[] body = bytes();
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static String phrase(int status) {
        return status == HttpStatus.INTERNAL_SERVER_ERROR_500 ? "Internal Server Error" : HttpStatus.getMessage(status);
    }

    /** In how many seconds to try again, when that may help. */
    Optional<String> retryAfter() {
        return status == HttpStatus.SERVICE_UNAVAILABLE_503 ? Optional.of(RETRY_SECONDS) : Optional.empty();
    }

    byte[] bytes() {
        return Json.bytes(this::write);
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "about:blank");
        json.writeStringField("title", phrase(status));
        json.writeNumberField("status", status);
        json.writeStringField("detail", detail);
        json.writeStringField("code", code);
        json.writeArrayFieldStart("problems");
        for (Problem problem : problems) {
            json.writeStartObject();
            json.writeStringField("place", problem.place());
            json.writeStringField("value", problem.value());
            json.writeStringField("wrong", problem.wrong());
            json.writeStringField("fix", problem.fix());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (position >= 0) {
            json.writeNumberField("position", position);
        }
        json.writeEndObject();
    }
}
