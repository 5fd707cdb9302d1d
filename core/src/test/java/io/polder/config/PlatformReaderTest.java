package io.polder.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlatformReaderTest {
    private static final Platform DEFAULTS = new Platform(
            "127.0.0.1",
            8080,
            9092,
            Optional.empty(),
            Duration.ofSeconds(1),
            512_000_000,
            2,
            Duration.ofMillis(200),
            100_000,
            1_000_000_000,
            Duration.ofSeconds(60),
            10_000,
            ZoneId.of("UTC"),
            21_050,
            Duration.ofHours(1),
            8_082,
            Optional.empty());

    private final Path home;

    PlatformReaderTest(@TempDir Path home) {
        this.home = home;
    }

    @Test
    void withoutAFileAllIsAsDocumented() {
        assertThat(PlatformReader.read(home)).isEqualTo(DEFAULTS);
        assertThat(PlatformReader.read(home.resolve("not-there-yet"))).isEqualTo(DEFAULTS);
    }

    @Test
    void anEmptyFileIsAsNone() throws IOException {
        Files.writeString(home.resolve("platform.yaml"), "# web.port: 8081\n");

        assertThat(PlatformReader.read(home)).isEqualTo(DEFAULTS);
    }

    @Test
    void keysMayBeNestedOrDotted() throws IOException {
        Files.writeString(home.resolve("platform.yaml"), """
                web: {port: 0, host: localhost}
                log.port: 0
                store:
                  batch-interval: 1s
                  memory: 2GiB
                store.threads: 4
                """);

        Platform platform = PlatformReader.read(home);

        assertThat(platform.webPort()).isZero();
        assertThat(platform.webHost()).isEqualTo("localhost");
        assertThat(platform.logPort()).isZero();
        assertThat(platform.batchInterval()).hasSeconds(1);
        assertThat(platform.storeMemory()).isEqualTo(2L << 30);
        assertThat(platform.storeThreads()).isEqualTo(4);
    }

    @Test
    void settingsOverrideTheFileAndThoseOfTheMartAreLeftAlone() throws IOException {
        Files.writeString(home.resolve("platform.yaml"), "web.port: 8081\nlog.port: 9093\n");

        Platform platform = PlatformReader.read(
                home,
                List.of(
                        "web.port=0",
                        "log.port=",
                        "log.bootstrap=kafka-1:9092, kafka-2:9092",
                        "map.tiles=https://tiles.example.org/{z}/{x}/{y}.png",
                        "feeds.traffic.every=5s"));

        assertThat(platform.webPort()).isZero();
        assertThat(platform.logPort()).isEqualTo(9092);
        assertThat(platform.logBootstrap()).contains("kafka-1:9092,kafka-2:9092");
        assertThat(platform.tiles()).contains("https://tiles.example.org/{z}/{x}/{y}.png");
    }

    @Test
    void anAddressThatOthersCanReachIsRefusedWithTheReason() {
        assertThat(problems("web.host=0.0.0.0"))
                .isEqualTo(
                        "--set web.host = '0.0.0.0': would open the mart to a network, and no users can be configured"
                                + " yet. Fix: write 127.0.0.1, and reach it from elsewhere through an SSH tunnel or a proxy that"
                                + " asks who is there");
        assertThat(problems("web.host=polder.example.org")).contains("would open the mart to a network");
        assertThat(problems("web.host=127.0.0.1.example.org")).contains("would open the mart to a network");
        assertThat(problems("web.host=::")).contains("would open the mart to a network");
        assertThat(problems("web.host=::1")).isEmpty();
        assertThat(problems("web.host=127.0.0.2")).isEmpty();
    }

    @Test
    void twoServersCannotShareAPort() {
        assertThat(problems("web.port=9092"))
                .isEqualTo(
                        "--set web.port = '9092': is the port of the web server and of the broker. Fix: choose two, or"
                                + " 0 for any free port");
        assertThat(problems("web.port=0", "log.port=0")).isEmpty();
        assertThat(problems("hive.port=8082")).contains("is the port of Impala and of Druid");
    }

    @Test
    void allProblemsAreToldAtOnce() throws IOException {
        Files.writeString(home.resolve("platform.yaml"), """
                web: {prot: 80, port: 70000}
                web.port: 8080
                wbe: {port: 1}
                store: 5
                store.memory: 0MB
                store.batch_interval: 1s
                disk.watermark: lots
                query.rows: 0
                query.timeout: []
                log.bootstrap: kafka
                map.tiles: https://tiles.example.org/{z}/{x}.png
                """);

        assertThat(problems("store.threads=0")).isEqualTo("""
                        --set store.threads = '0': is not between 1 and 1024. Fix: write a whole number from 1 to 1024
                        platform.yaml:1 web.prot: no such key. Fix: did you mean 'web.port'?
                        platform.yaml:1 web.port = '70000': is not between 0 and 65535. Fix: write a whole number from 0 to 65535
                        platform.yaml:2 web.port = '8080': is written twice, first at platform.yaml:1. Fix: keep one of them
                        platform.yaml:3 wbe: no such key. Fix: use one of web.host, web.port, log.port, log.bootstrap, log.flush-interval, store.memory, store.threads, store.batch-interval, store.batch-rows, disk.watermark, query.timeout, query.rows, sql.timezone, hive.port, hive.idle, druid.port, map.tiles
                        platform.yaml:4 store: no such key. Fix: use one of web.host, web.port, log.port, log.bootstrap, log.flush-interval, store.memory, store.threads, store.batch-interval, store.batch-rows, disk.watermark, query.timeout, query.rows, sql.timezone, hive.port, hive.idle, druid.port, map.tiles
                        platform.yaml:5 store.memory = '0MB': leaves no room for anything. Fix: write a whole number and a unit, like 512MB or 1GiB
                        platform.yaml:6 store.batch_interval: no such key. Fix: did you mean 'store.batch-interval'?
                        platform.yaml:7 disk.watermark = 'lots': is not a size. Fix: write a whole number and a unit, like 512MB or 1GiB
                        platform.yaml:8 query.rows = '0': is not between 1 and 100000000. Fix: write a whole number from 1 to 100000000
                        platform.yaml:9 query.timeout = '[]': is a list, not a duration. Fix: write a whole number and a unit, like 500ms, 60s, 10m, 24h or 400d
                        platform.yaml:10 log.bootstrap = 'kafka': is not host:port. Fix: write it like kafka-1:9092, more than one separated by commas
                        platform.yaml:11 map.tiles = 'https://tiles.example.org/{z}/{x}.png': lacks {y}. Fix: write it like https://tile.openstreetmap.org/{z}/{x}/{y}.png""");
    }

    @Test
    void aMartAndItsPlatformAreReadTogetherAndTellWhoSaidWhat() throws IOException {
        Path folder = Files.createDirectory(home.resolve("mart"));
        Files.writeString(folder.resolve("polder.yaml"), MartReaderTest.FLANDERS);
        Files.writeString(home.resolve("platform.yaml"), "\nlog.port: 9093\n");

        Configuration configuration =
                Configuration.read(folder, home, List.of("web.port=0", "feeds.traffic.every=1s"), Map.of());

        assertThat(configuration.mart().feed("traffic").every()).hasSeconds(1);
        assertThat(configuration.platform().webPort()).isZero();
        assertThat(configuration.origins())
                .extracting(Configuration.Origin::toString)
                .contains(
                        "web.host = 127.0.0.1 (default)",
                        "web.port = 0 (--set)",
                        "log.port = 9093 (platform.yaml:2)",
                        "log.bootstrap = none (default)");
    }

    @Test
    void theProblemsOfBothAreToldTogether() throws IOException {
        Files.writeString(home.resolve("polder.yaml"), "mart: x\nfeeds: {}\n");
        Files.writeString(home.resolve("platform.yaml"), "web.port: x\n");

        PolderException failure = catchThrowableOfType(
                PolderException.class, () -> Configuration.read(home, home, List.of("nonsense.key=1"), Map.of()));

        assertThat(failure.problems())
                .extracting(problem -> problem.place())
                .containsExactly("--set nonsense.key", "platform.yaml:1 web.port", "polder.yaml:2 feeds");
    }

    private String problems(String... settings) {
        PolderException failure =
                catchThrowableOfType(PolderException.class, () -> PlatformReader.read(home, List.of(settings)));
        if (failure == null) {
            return "";
        }
        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_DEFINITION);
        return String.valueOf(failure.getMessage());
    }
}
