package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.format.CsvOptions;
import io.polder.format.Format;
import io.polder.format.Formats;
import io.polder.format.JsonOptions;
import io.polder.format.XmlOptions;
import io.polder.record.Field;
import io.polder.record.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Feeds of readings {uid, speed} for tests; each method gives a changed copy. */
record TestFeeds(
        String name,
        Feed.Kind kind,
        @Nullable URI poll,
        Duration every,
        Duration timeout,
        String files,
        String formatName,
        String topic,
        Optional<String> where,
        @Nullable Duration sample,
        long maxBytes) {
    static final List<Field> FIELDS =
            List.of(new Field("uid", "uid", Type.BIGINT), new Field("speed", "speed", Type.INTEGER));

    static TestFeeds http(String name) {
        return new TestFeeds(
                name,
                Feed.Kind.HTTP,
                null,
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                "",
                "json",
                name,
                Optional.empty(),
                null,
                1 << 20);
    }

    static TestFeeds polling(String name, URI poll) {
        return http(name).with(Feed.Kind.POLL, poll, "");
    }

    static TestFeeds files(String name, String files) {
        return http(name).with(Feed.Kind.FILES, null, files);
    }

    private TestFeeds with(Feed.Kind newKind, @Nullable URI newPoll, String newFiles) {
        return new TestFeeds(
                name, newKind, newPoll, every, timeout, newFiles, formatName, topic, where, sample, maxBytes);
    }

    TestFeeds every(Duration newEvery) {
        return new TestFeeds(name, kind, poll, newEvery, timeout, files, formatName, topic, where, sample, maxBytes);
    }

    TestFeeds timeout(Duration newTimeout) {
        return new TestFeeds(name, kind, poll, every, newTimeout, files, formatName, topic, where, sample, maxBytes);
    }

    TestFeeds format(String newFormat) {
        return new TestFeeds(name, kind, poll, every, timeout, files, newFormat, topic, where, sample, maxBytes);
    }

    TestFeeds topic(String newTopic) {
        return new TestFeeds(name, kind, poll, every, timeout, files, formatName, newTopic, where, sample, maxBytes);
    }

    TestFeeds where(String newWhere) {
        return new TestFeeds(
                name, kind, poll, every, timeout, files, formatName, topic, Optional.of(newWhere), sample, maxBytes);
    }

    TestFeeds sample(Duration newSample) {
        return new TestFeeds(name, kind, poll, every, timeout, files, formatName, topic, where, newSample, maxBytes);
    }

    TestFeeds maxBytes(long newMax) {
        return new TestFeeds(name, kind, poll, every, timeout, files, formatName, topic, where, sample, newMax);
    }

    Feed feed() {
        return new Feed(
                name,
                kind,
                poll,
                every,
                timeout,
                files,
                format(),
                formatName,
                List.of("uid"),
                2,
                topic,
                where,
                sample,
                maxBytes,
                null,
                false);
    }

    private Format format() {
        return switch (formatName) {
            case "json" -> Formats.json(FIELDS, JsonOptions.DEFAULT);
            case "csv" -> Formats.csv(FIELDS, CsvOptions.DEFAULT);
            case "xml" -> Formats.xml(FIELDS, new XmlOptions("readings/reading"));
            default -> throw new IllegalArgumentException(formatName);
        };
    }

    static Mart mart(Path folder, TestFeeds... feeds) {
        Map<String, Feed> byName = new LinkedHashMap<>();
        for (TestFeeds feed : feeds) {
            byName.put(feed.name(), feed.feed());
        }
        return new Mart(
                "test", ZoneOffset.UTC, byName, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), folder, Map.of());
    }
}
