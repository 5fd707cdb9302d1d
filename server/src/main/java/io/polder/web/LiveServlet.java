package io.polder.web;

import io.polder.record.PolderException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.http.HttpStatus;

/** {@code GET /api/live}: server-sent events, asynchronously, so that a viewer costs no thread. Thread-safe. */
final class LiveServlet extends HttpServlet {
    static final String PATH = "/api/live";

    private final transient Live live;

    LiveServlet(Live live) {
        this.live = live;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setAttribute(Metrics.ROUTE, PATH);
        if (!request.getMethod().equals("GET")) {
            response.setHeader("Allow", "GET");
            ProblemDocument.of(HttpStatus.METHOD_NOT_ALLOWED_405, PATH + " is a stream of events. Fix: use GET")
                    .send(response);
            return;
        }
        try {
            live.open(request, response);
        } catch (PolderException refused) {
            ProblemDocument.of(refused).send(response);
        }
    }
}
