package io.polder.agent;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** Flume's interceptors. Events that shared their headers before share them afterwards, where the new header is the same. */
final class Interceptors {
    private Interceptors() {}

    static Map<String, Parts.Maker<Interceptor>> makers() {
        return Map.of(
                "timestamp", Interceptors::timestamp,
                "host", Interceptors::host,
                "static", Interceptors::fixed,
                "regex_filter", Interceptors::regexFilter,
                "uuid", Interceptors::uuid);
    }

    private static Interceptor timestamp(Parts.Context context) {
        Settings settings = context.settings();
        String header = settings.optional("header").orElse(settings.text("headerName"));
        boolean preserves = settings.isTrue("preserveExisting");
        return events ->
                withHeader(events, header, Long.toString(context.clock().millis()), preserves);
    }

    private static Interceptor host(Parts.Context context) {
        Settings settings = context.settings();
        String header = settings.text("hostHeader");
        boolean preserves = settings.isTrue("preserveExisting");
        String host = thisHost(settings.isTrue("useIP"));
        return events -> withHeader(events, header, host, preserves);
    }

    private static String thisHost(boolean asAddress) {
        try {
            InetAddress here = InetAddress.getLocalHost();
            return asAddress ? here.getHostAddress() : here.getCanonicalHostName();
        } catch (UnknownHostException nameless) {
            return asAddress ? "127.0.0.1" : "localhost";
        }
    }

    private static Interceptor fixed(Parts.Context context) {
        Settings settings = context.settings();
        String key = settings.text("key");
        String value = settings.text("value");
        boolean preserves = settings.isTrue("preserveExisting");
        return events -> withHeader(events, key, value, preserves);
    }

    private static List<Event> withHeader(List<Event> events, String header, String value, boolean preserves) {
        List<Event> changed = new ArrayList<>(events.size());
        Map<String, String> before = Map.of();
        Map<String, String> after = Map.of(header, value);
        for (int index = 0; index < events.size(); index++) {
            Event event = events.get(index);
            if (event.headers() != before) {
                before = event.headers();
                after = with(before, header, value, preserves);
            }
            changed.add(event.with(after));
        }
        return changed;
    }

    private static Map<String, String> with(
            Map<String, String> headers, String header, String value, boolean preserves) {
        if (headers.isEmpty()) {
            return Map.of(header, value);
        }
        if (preserves && headers.containsKey(header)) {
            return headers;
        }
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return more;
    }

    private static Interceptor regexFilter(Parts.Context context) {
        Pattern regex = Pattern.compile(context.settings().text("regex"));
        boolean excludes = context.settings().isTrue("excludeEvents");
        return events -> events.stream()
                .filter(event -> regex.matcher(new String(event.body(), StandardCharsets.UTF_8))
                                .find()
                        != excludes)
                .toList();
    }

    private static Interceptor uuid(Parts.Context context) {
        Settings settings = context.settings();
        String header = settings.text("headerName");
        String prefix = settings.text("prefix");
        boolean preserves = settings.isTrue("preserveExisting");
        return events -> events.stream()
                .map(event -> event.with(with(event.headers(), header, prefix + UUID.randomUUID(), preserves)))
                .toList();
    }
}
