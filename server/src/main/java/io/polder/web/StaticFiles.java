package io.polder.web;

import com.fasterxml.jackson.core.type.TypeReference;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * The screen's files, from the class path: our own at {@code /…} out of {@code web/…}, and those of libraries at {@code
 * /lib/NAME/…} out of the jars that {@code web/libraries.json} names. Everything else is passed on. Thread-safe.
 *
 * <p>Files are read and compressed once and kept. Browsers ask each time whether they are still the same ({@code
 * no-cache} with an ETag), except for {@code /lib/NAME@VERSION/…}, which is for ever.
 */
final class StaticFiles implements Filter {
    private static final String ROOT = "web";
    private static final String LIBRARIES = "/lib/";
    /** No percent sign, so nothing is hidden; no part begins with a dot, so nothing leads upwards. */
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_@+~-][A-Za-z0-9._@+~-]*)+");
    /** Bytes of files that are kept in memory; those of the screen are a fifth of it. */
    private static final long KEPT_BYTES = 32_000_000;

    private static final int SMALLEST_COMPRESSED = 1_000;
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("geojson", "application/geo+json"),
            Map.entry("topojson", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("txt", "text/plain; charset=utf-8"));

    private final ContentPolicy policy;
    private final Map<String, String> libraries;
    private final Map<String, StaticFile> files = new ConcurrentHashMap<>();
    private final AtomicLong kept = new AtomicLong();

    /**
     * A file as it is sent.
     *
     * @param compressed with gzip; null when that gains nothing
     * @param digest of its contents
     * @param policy what it may load, when it is a page
     */
    record StaticFile(
            String type,
            byte[] plain,
            byte @Nullable [] compressed,
            String digest,
            @Nullable String policy) {}

    StaticFiles(ContentPolicy policy) {
        this.policy = policy;
        libraries = libraries();
    }

    private static Map<String, String> libraries() {
        byte[] json = resource(ROOT + "/libraries.json");
        if (json == null) {
            return Map.of();
        }
        try {
            return Map.copyOf(Json.MAPPER.readValue(json, new TypeReference<Map<String, String>>() {}));
        } catch (IOException broken) {
            throw new UncheckedIOException("reading web/libraries.json", broken);
        }
    }

    @Override
    public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest request = (HttpServletRequest) anyRequest;
        HttpServletResponse response = (HttpServletResponse) anyResponse;
        String uri = request.getRequestURI();
        String path = uri.equals("/") ? "/index.html" : uri;
        StaticFile file = file(path);
        if (file == null) {
            chain.doFilter(request, response);
        } else if (request.getMethod().equals("GET") || request.getMethod().equals("HEAD")) {
            send(file, path, request, response);
        } else {
            response.setHeader("Allow", "GET, HEAD");
            ProblemDocument.of(HttpStatus.METHOD_NOT_ALLOWED_405, path + " is a file. Fix: use GET")
                    .send(response);
        }
    }

    /** What stands at a path; null when it is none of ours. */
    @Nullable
    StaticFile file(String path) {
        StaticFile known = files.get(path);
        if (known != null) {
            return known;
        }
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        String name = type == null || !PATH.matcher(path).matches() ? null : name(path);
        byte[] bytes = name == null ? null : resource(name);
        if (type == null || bytes == null) {
            return null;
        }
        StaticFile file = new StaticFile(
                type,
                bytes,
                compressed(type, bytes),
                digest(bytes),
                type.startsWith("text/html") ? policy.of(bytes) : null);
        if (kept.addAndGet(bytes.length) <= KEPT_BYTES) {
            files.put(path, file);
        }
        return file;
    }

    /** The class path's name of what stands at {@code path}; null when nothing can. */
    private @Nullable String name(String path) {
        if (!path.startsWith(LIBRARIES)) {
            return ROOT + path;
        }
        int end = path.indexOf('/', LIBRARIES.length());
        if (end < 0) {
            return null;
        }
        String[] library = path.substring(LIBRARIES.length(), end).split("@", -1);
        String prefix = libraries.get(library[0]);
        if (prefix == null) {
            return null;
        }
        String folder = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        boolean isThere = library.length == 1 || (library.length == 2 && folder.endsWith("/" + library[1]));
        return isThere ? folder + path.substring(end) : null;
    }

    private static byte @Nullable [] resource(String name) {
        try (InputStream stream = StaticFiles.class.getClassLoader().getResourceAsStream(name)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException("reading " + name + " from the class path", broken);
        }
    }

    private static byte @Nullable [] compressed(String type, byte[] bytes) {
        if (bytes.length < SMALLEST_COMPRESSED || type.equals("image/png") || type.startsWith("font/")) {
            return null;
        }
        return Gzip.whole(bytes);
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private static void send(StaticFile file, String path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        byte[] compressed = Gzip.isAccepted(request.getHeader("Accept-Encoding")) ? file.compressed() : null;
        boolean isForEver = path.startsWith(LIBRARIES) && path.indexOf('@') > 0;
        response.setHeader("Cache-Control", isForEver ? "public, max-age=31536000, immutable" : "no-cache");
        response.setHeader("ETag", '"' + file.digest() + (compressed == null ? "" : "-gzip") + '"');
        if (file.compressed() != null) {
            response.setHeader("Vary", "Accept-Encoding");
        }
        if (file.policy() != null) {
            response.setHeader("Content-Security-Policy", file.policy());
        }
        String known = request.getHeader("If-None-Match");
        if (known != null && known.contains(file.digest())) {
            response.setStatus(HttpStatus.NOT_MODIFIED_304);
            return;
        }
        byte[] body = compressed == null ? file.plain() : compressed;
        if (compressed != null) {
            response.setHeader("Content-Encoding", "gzip");
        }
        response.setContentType(file.type());
        response.setContentLength(body.length);
        if (request.getMethod().equals("GET")) {
            response.getOutputStream().write(body);
        }
    }
}
