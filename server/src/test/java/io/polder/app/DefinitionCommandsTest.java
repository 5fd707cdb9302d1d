package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at a definition and start nothing. */
class DefinitionCommandsTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void checkSaysThatNothingIsWrong() throws IOException {
        write("files: \"*.csv\", format: csv");

        assertThat(run("check", folder.toString())).as(err.toString()).isZero();

        assertThat(out.toString()).contains("air: 1 feed, 1 table, 0 views").contains("nothing is wrong");
    }

    @Test
    void checkTellsAllProblemsAtOnceAndEndsWithTwo() throws IOException {
        write("files: \"*.csv\", format: cvs, evry: 60s");

        assertThat(run("check", folder.toString())).isEqualTo(2);

        assertThat(err.toString())
                .contains("did you mean 'csv'")
                .contains("evry")
                .contains("Fix: ");
    }

    @Test
    void checkLooksAtTheSqlAndAtTheSettings() throws IOException {
        write("files: \"*.csv\", format: csv, where: \"no2 <\"");
        Files.writeString(
                folder.resolve("polder.yaml"), "views: { high: \"SELECT nox FROM air\" }\n", StandardOpenOption.APPEND);

        assertThat(run("check", folder.toString())).isEqualTo(2);
        assertThat(run("check", folder.toString(), "--set", "web.port=high")).isEqualTo(2);

        assertThat(err.toString())
                .contains("feeds.air.where = 'no2 <': is no condition")
                .contains("\n        polder.yaml")
                .contains("nox")
                .contains("--set web.port = 'high'");
    }

    @Test
    void previewReadsAPackedFileAndShowsTenRowsAndWhatWasRejected() throws IOException {
        write("files: \"*.ndjson.gz\", format: json");
        StringBuilder lines = new StringBuilder();
        for (int hour = 10; hour < 22; hour++) {
            lines.append(line(hour, hour + ".5"));
        }
        lines.append(line(22, "\"much\""));
        try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(folder.resolve("air.ndjson.gz")))) {
            file.write(lines.toString().getBytes(StandardCharsets.UTF_8));
        }

        assertThat(run("preview", "air", folder.toString())).as(err.toString()).isZero();

        assertThat(out.toString())
                .contains("41R001", "2026-01-02T19:00:00Z", "19.5", "13 events", "1 rejected", "much")
                .doesNotContain("20.5");
    }

    @Test
    void previewFetchesAPollFeedOnce() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = "[{\"station\":\"41R001\",\"at\":\"2026-01-02T10:00:00Z\",\"no2\":18.5}]"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        write("poll: \"http://127.0.0.1:" + server.getAddress().getPort() + "/\", every: 60s, format: json");

        assertThat(run("preview", "air", folder.toString())).as(err.toString()).isZero();

        assertThat(out.toString()).contains("18.5", "1 event in", "0 rejected");
        server.stop(0);
    }

    @Test
    void previewOfAFeedThatCannotBeReachedOrIsNotThereSaysSo() throws IOException {
        write("poll: \"http://127.0.0.1:1/\", every: 60s, format: json");

        assertThat(run("preview", "air", folder.toString())).isEqualTo(1);
        assertThat(run("preview", "iar", folder.toString())).isEqualTo(2);

        assertThat(err.toString())
                .contains("http://127.0.0.1:1/: it cannot be read")
                .contains("did you mean 'air'?");
    }

    @Test
    void initWritesAMartFromAFileThatIsRightAsItStandsAndCanBePreviewed() throws IOException {
        Path file = folder.resolve("stations.csv");
        Files.writeString(file, "station;at;no2\n41R001;2026-01-02T10:00:00Z;18,5\n41R002;2026-01-02T10:00:00Z;\n");
        Path mart = folder.resolve("mart");

        assertThat(run("init", mart.toString(), "--from", file.toString()))
                .as(err.toString())
                .isZero();
        assertThat(run("check", mart.toString())).as(err.toString()).isZero();
        assertThat(run("preview", "stations", mart.toString()))
                .as(err.toString())
                .isZero();
        assertThat(run("init", mart.toString(), "--from", file.toString())).isEqualTo(1);

        assertThat(out.toString())
                .contains("2 events: csv, 3 fields")
                .contains("nothing is wrong")
                .contains("18.5");
        assertThat(err.toString()).contains("it is there already. Fix: ");
    }

    private static String line(int hour, String no2) {
        return "{\"station\":\"41R001\",\"at\":\"2026-01-02T" + hour + ":00:00Z\",\"no2\":" + no2 + "}\n";
    }

    private void write(String source) throws IOException {
        Files.writeString(folder.resolve("polder.yaml"), """
                mart: air
                timezone: Europe/Brussels
                feeds:
                  air:
                    { SOURCE, key: [station],
                      fields: [{name: station, path: station, type: varchar},
                               {name: at, path: at, type: timestamp},
                               {name: no2, path: no2, type: double}] }
                tables:
                  air: { from: air, key: [station, at], time: at }
                """.replace("SOURCE", source));
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
