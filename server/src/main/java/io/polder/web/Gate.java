package io.polder.web;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who means this server, and tells browsers what they may do with its answers. Thread-safe.
 *
 * <p>There are no users yet: who can reach the port may do everything. So a page from elsewhere, in a browser on this
 * machine, must not: neither by a name of its own that resolves to this machine (the Host header tells), nor by sending
 * something here (the Origin header tells). Answers to what it may still ask it cannot read: there is no CORS.
 */
final class Gate implements Filter {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1|(0:){7}1");

    private final String host;
    private final ContentPolicy policy;
    private final Metrics metrics;

    /** @param host what the server is bound to, which is also a name that it may be called by */
    Gate(String host, ContentPolicy policy, Metrics metrics) {
        this.host = plain(host);
        this.policy = policy;
        this.metrics = metrics;
    }

    @Override
    public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) anyRequest;
        HttpServletResponse response = (HttpServletResponse) anyResponse;
        long start = System.nanoTime();
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Content-Security-Policy", policy.general());
        String refusal = refusal(request);
        if (refusal == null) {
            chain.doFilter(request, response);
        } else {
            ProblemDocument.of(HttpStatus.FORBIDDEN_403, refusal).send(response);
        }
        metrics.answered(request, response.getStatus(), System.nanoTime() - start);
    }

    private @Nullable String refusal(HttpServletRequest request) {
        String name = plain(request.getServerName());
        if (!name.equals(host) && !LOOPBACK.matcher(name).matches()) {
            return "Host = '" + request.getServerName() + "': not a name of this server. Fix: use http://localhost:"
                    + request.getLocalPort();
        }
        String origin = request.getHeader("Origin");
        if (isReading(request.getMethod()) || origin == null || isOurs(origin, request)) {
            return null;
        }
        return "Origin = '" + origin
                + "': a page from elsewhere may not change anything here. Fix: send the request from"
                + " a page of this server, or from a program without an Origin header";
    }

    private static boolean isReading(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    private static boolean isOurs(String origin, HttpServletRequest request) {
        int host = origin.indexOf("://");
        return host > 0 && origin.substring(host + 3).equalsIgnoreCase(request.getHeader("Host"));
    }

    /** In lower case, without the brackets of an IPv6 address and the final dot of a full name. */
    private static String plain(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[") && lower.endsWith("]")) {
            return lower.substring(1, lower.length() - 1);
        }
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
