package io.polder.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page of ours may load and run: what comes from here, and nothing else. Inline scripts run only when they are the
 * ones that the page was delivered with, told by their hashes. Immutable.
 */
final class ContentPolicy {
    private static final Pattern INLINE_SCRIPT = Pattern.compile(
            "<script(?![^>]*\\ssrc\\s*=)[^>]*>(.*?)</script>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private final String tiles;

    /** @param tiles the address of a tile server, which is the one thing that may come from elsewhere */
    ContentPolicy(Optional<String> tiles) {
        this.tiles =
                tiles.map(ContentPolicy::origin).map(origin -> " " + origin).orElse("");
    }

    /** {@code https://tiles.example.org}; for a server with a placeholder in its name the scheme alone. */
    private static String origin(String address) {
        int host = address.indexOf("://") + 3;
        int path = address.indexOf('/', host);
        String origin = path < 0 ? address : address.substring(0, path);
        return origin.contains("{") ? address.substring(0, host - 2) : origin;
    }

    /** Of anything that is not a page. */
    String general() {
        return policy("");
    }

    /** Of a page with these contents. */
    String of(byte[] html) {
        StringBuilder hashes = new StringBuilder();
        Matcher script = INLINE_SCRIPT.matcher(new String(html, StandardCharsets.UTF_8));
        while (script.find()) {
            hashes.append(" 'sha256-").append(hash(script.group(1))).append('\'');
        }
        return policy(hashes.toString());
    }

    private String policy(String scripts) {
        // Style attributes are allowed because the chart library's tooltips have them; style elements are not.
        return "default-src 'self'; script-src 'self'" + scripts + "; style-src 'self'; style-src-attr 'unsafe-inline'"
                + "; img-src 'self' data: blob:" + tiles + "; connect-src 'self'" + tiles
                + "; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'"
                + "; frame-ancestors 'none'";
    }

    private static String hash(String script) {
        try {
            // The HTML parser gives scripts their line ends as line feeds.
            byte[] text = script.replace("\r\n", "\n").getBytes(StandardCharsets.UTF_8);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
