package io.polder.web;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Tells as problem documents what the HTTP server refuses by itself: what is not HTTP, headers over the limit. */
final class JettyProblems extends ErrorHandler {
    private static final HttpField TYPE = new HttpField(HttpHeader.CONTENT_TYPE, ProblemDocument.TYPE);

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        String detail = "The request cannot be read: "
                + (message == null || message.isBlank() ? HttpStatus.getMessage(code) : message) + ".";
        ProblemDocument problem =
                HttpStatus.isServerError(code) ? ProblemDocument.unexpected() : ProblemDocument.of(code, detail);
        response.getHeaders().put(TYPE);
        response.write(true, ByteBuffer.wrap(problem.bytes()), callback);
    }
}
