package io.polder.agent.hdfs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path or a file's name with Flume's escapes: {@code %Y} and its like from the event's time, <code>%{header}</code>,
 * {@code %[localhost]}, {@code %[IP]}, {@code %[FQDN]}, {@code %%}. For one thread.
 *
 * <p>A header's value cannot lead out of the path: {@code ..} and colons in it, which HDFS does not take, become
 * underscores.
 */
final class BucketPath {
    private static final Pattern ESCAPE =
            Pattern.compile("%(?<letter>\\w|%)|%\\{(?<header>[\\w.-]+)\\}|%\\[(?<fixed>\\w+)\\]");

    /** The letters, with their patterns; %s and %t are numbers. */
    private static final Map<String, String> TIMES = Map.ofEntries(
            Map.entry("a", "EEE"),
            Map.entry("A", "EEEE"),
            Map.entry("b", "MMM"),
            Map.entry("B", "MMMM"),
            Map.entry("c", "EEE MMM d HH:mm:ss yyyy"),
            Map.entry("d", "dd"),
            Map.entry("e", "d"),
            Map.entry("D", "MM/dd/yy"),
            Map.entry("H", "HH"),
            Map.entry("I", "hh"),
            Map.entry("j", "DDD"),
            Map.entry("k", "H"),
            Map.entry("l", "h"),
            Map.entry("m", "MM"),
            Map.entry("M", "mm"),
            Map.entry("n", "M"),
            Map.entry("p", "a"),
            Map.entry("S", "ss"),
            Map.entry("y", "yy"),
            Map.entry("Y", "yyyy"),
            Map.entry("z", "ZZZ"));

    /**
     * Which time the escapes show.
     *
     * @param zone of hours and days
     * @param unit null without rounding
     * @param multiple the time is rounded down to this multiple of the unit, within the minute, hour or day
     * @param isOwn whether it is this machine's time, and not the event's header {@code timestamp}
     */
    record Time(ZoneId zone, @Nullable ChronoUnit unit, int multiple, boolean isOwn, InstantSource clock) {
        private long millis(Map<String, String> headers, String path) throws IOException {
            if (isOwn) {
                return clock.millis();
            }
            String timestamp = headers.get("timestamp");
            if (timestamp == null) {
                throw new IOException(
                        "an event has no header 'timestamp', which '" + path
                                + "' needs. Fix: give its source the interceptor 'timestamp', or set hdfs.useLocalTimeStamp = true");
            }
            try {
                return Long.parseLong(timestamp);
            } catch (NumberFormatException notANumber) {
                throw new IOException(
                        "an event's header timestamp = '" + timestamp
                                + "': not a number of milliseconds since 1970. Fix: correct it where events are made",
                        notANumber);
            }
        }

        private ZonedDateTime rounded(long millis) {
            ZonedDateTime time = Instant.ofEpochMilli(millis).atZone(zone);
            if (unit == null) {
                return time;
            }
            ZonedDateTime cut = time.truncatedTo(unit);
            return switch (unit) {
                case SECONDS -> cut.withSecond(cut.getSecond() / multiple * multiple);
                case MINUTES -> cut.withMinute(cut.getMinute() / multiple * multiple);
                default -> cut.withHour(cut.getHour() / multiple * multiple);
            };
        }
    }

    private interface Part {
        String text(Map<String, String> headers, BucketPath path) throws IOException;
    }

    private final String source;
    private final Time time;
    private final List<Part> parts = new ArrayList<>();
    private boolean isFixed = true;
    private long knownSecond = Long.MIN_VALUE;
    private @Nullable ZonedDateTime known;

    private BucketPath(String source, Time time) {
        this.source = source;
        this.time = time;
    }

    /** Reads a path. {@code problems} gets what is wrong and how to mend it. */
    static BucketPath parse(String source, Time time, BiConsumer<String, String> problems) {
        BucketPath path = new BucketPath(source, time);
        Matcher matcher = ESCAPE.matcher(source);
        int from = 0;
        while (matcher.find()) {
            path.addText(source.substring(from, matcher.start()));
            from = matcher.end();
            String letter = matcher.group("letter");
            String header = matcher.group("header");
            if (header != null) {
                path.isFixed = false;
                path.parts.add((headers, ignored) -> clean(headers.getOrDefault(header, "")));
            } else if (letter != null) {
                path.addTime(letter, problems);
            } else {
                path.addText(fixed(matcher.group("fixed"), problems));
            }
        }
        path.addText(source.substring(from));
        return path;
    }

    private void addText(String text) {
        if (!text.isEmpty()) {
            parts.add((headers, path) -> text);
        }
    }

    private void addTime(String letter, BiConsumer<String, String> problems) {
        if (letter.equals("%")) {
            addText("%");
            return;
        }
        isFixed = false;
        if (letter.equals("t")) {
            parts.add((headers, path) -> Long.toString(path.time.millis(headers, path.source)));
            return;
        }
        if (letter.equals("s")) {
            parts.add((headers, path) -> Long.toString(path.moment(headers).toEpochSecond()));
            return;
        }
        String pattern = TIMES.get(letter);
        if (pattern == null) {
            problems.accept(
                    "there is no escape %" + letter,
                    "use one of %"
                            + String.join(" %", TIMES.keySet().stream().sorted().toList())
                            + " %s %t, or write %% for a percent sign");
            return;
        }
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.US);
        parts.add(new Part() {
            private long second = Long.MIN_VALUE;
            private String text = "";

            @Override
            public String text(Map<String, String> headers, BucketPath path) throws IOException {
                ZonedDateTime moment = path.moment(headers);
                if (second != path.knownSecond) {
                    text = formatter.format(moment);
                    second = path.knownSecond;
                }
                return text;
            }
        });
    }

    private static String fixed(String name, BiConsumer<String, String> problems) {
        try {
            InetAddress here = InetAddress.getLocalHost();
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "localhost" -> here.getHostName();
                case "ip" -> here.getHostAddress();
                case "fqdn" -> here.getCanonicalHostName();
                default -> {
                    problems.accept("there is no escape %[" + name + "]", "use %[localhost], %[IP] or %[FQDN]");
                    yield "";
                }
            };
        } catch (UnknownHostException unknown) {
            problems.accept(
                    "this machine does not know its own name", "add it to /etc/hosts, or leave out %[" + name + "]");
            return "";
        }
    }

    private static String clean(String value) {
        return value.indexOf(':') < 0 && !value.contains("..")
                ? value
                : value.replace(':', '_').replace("..", "__");
    }

    /** The time; most events of a batch are of one second, and so it is kept. */
    private ZonedDateTime moment(Map<String, String> headers) throws IOException {
        long millis = time.millis(headers, source);
        long second = Math.floorDiv(millis, 1000);
        ZonedDateTime moment = known;
        if (moment == null || second != knownSecond) {
            moment = time.rounded(second * 1000);
            known = moment;
            knownSecond = second;
        }
        return moment;
    }

    /**
     * The path of an event with these headers.
     *
     * @throws IOException with a sentence, when it needs a time that the event has not
     */
    String of(Map<String, String> headers) throws IOException {
        if (isFixed && parts.size() == 1) {
            return parts.get(0).text(headers, this);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(part.text(headers, this));
        }
        return text.toString();
    }
}
