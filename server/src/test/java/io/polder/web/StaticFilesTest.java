package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StaticFilesTest {
    private final WebFixture fixture;

    StaticFilesTest(@TempDir Path folder) {
        fixture = new WebFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void theScreenIsAtTheRootAndMayRunItsInlineScriptsOnly() {
        HttpResponse<String> page = fixture.get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).matches("text/html; ?charset=utf-8"));
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(page.body()).contains("importmap");
        assertThat(page.headers().firstValue("Content-Security-Policy")).hasValueSatisfying(policy -> assertThat(policy)
                .containsPattern("script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='"));
    }

    @Test
    void everythingThatThePageLoadsIsThere() {
        String page = fixture.get("/").body();

        Matcher link =
                Pattern.compile("(?:src|href)=\"([^\":#]+\\.[a-z0-9]+)\"").matcher(page);
        int links = 0;
        while (link.find()) {
            links++;
            assertThat(fixture.get("/" + link.group(1)).statusCode())
                    .as(link.group(1))
                    .isEqualTo(200);
        }
        assertThat(links).isGreaterThan(5);
    }

    @Test
    void aLibrarysFileComesOutOfItsJarAndStaysForEverUnderItsVersion() {
        HttpResponse<String> plain = fixture.get("/lib/lit/index.js");
        HttpResponse<String> versioned = fixture.get("/lib/lit@3.3.3/index.js");
        HttpResponse<String> otherVersion = fixture.get("/lib/lit@3.3.2/index.js");

        assertThat(plain.statusCode()).isEqualTo(200);
        assertThat(plain.headers().firstValue("Content-Type")).contains("text/javascript; charset=utf-8");
        assertThat(plain.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(versioned.body()).isEqualTo(plain.body());
        assertThat(versioned.headers().firstValue("Cache-Control")).contains("public, max-age=31536000, immutable");
        assertThat(otherVersion.statusCode()).isEqualTo(404);
    }

    @Test
    void aFileIsCompressedForWhoTakesItAndNotSentToWhoHasIt() {
        HttpResponse<byte[]> plain = bytes("/lib/ol/dist/ol.js");
        HttpResponse<byte[]> compressed = bytes("/lib/ol/dist/ol.js", "Accept-Encoding", "gzip, br");
        String tag = compressed.headers().firstValue("ETag").orElse("");
        HttpResponse<byte[]> known = bytes("/lib/ol/dist/ol.js", "If-None-Match", tag);

        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(compressed.body().length).isLessThan(plain.body().length / 2);
        assertThat(GzipTest.decompressed(compressed.body())).isEqualTo(plain.body());
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
    }

    @Test
    void headersAloneCanBeAskedFor() {
        HttpResponse<byte[]> head = fixture.send(
                fixture.request("/app.js")
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0)).isPositive();
    }

    @Test
    void nothingOutsideTheFoldersCanBeReached() {
        for (String path : new String[] {
            "/lib/lit/../../../../../../../../../logback-test.xml",
            "/lib/lit/%2e%2e/index.js",
            "/lib/lit/..%2findex.js",
            "/%2e%2e/logback-test.xml",
            "/..%5clogback.xml",
            "/basemap/",
            "/basemap",
            "/lib/",
            "/lib/lit",
            "/lib/@/index.js",
            "/lib//index.js",
            "//index.html",
            "/.hidden.txt",
            "/basemap/.git/config.json",
        }) {
            assertThat(fixture.get(path).statusCode()).as(path).isIn(400, 404);
        }
    }

    @Test
    void aPolicyNamesTheTileServerAndTheScriptsOfThePage() {
        ContentPolicy policy = new ContentPolicy(Optional.of("https://tiles.example.org/{z}/{x}/{y}.png"));
        String page = "<script src='a.js'></script><script type=\"importmap\">{}</script>";

        assertThat(policy.general()).contains("img-src 'self' data: blob: https://tiles.example.org;");
        // The SHA-256 of "{}", in Base64.
        assertThat(policy.of(page.getBytes(StandardCharsets.UTF_8)))
                .contains("script-src 'self' 'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=';");
        assertThat(new ContentPolicy(Optional.of("https://{a-c}.tile.example.org/{z}/{x}/{y}.png")).general())
                .contains("img-src 'self' data: blob: https:;");
    }

    private HttpResponse<byte[]> bytes(String path, String... headers) {
        return fixture.send(fixture.request(path, headers).build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
