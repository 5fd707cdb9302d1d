package io.polder.sql;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a connection remembers between statements. Immutable: {@code USE} and {@code SET} give another one.
 *
 * @param database what unqualified names belong to
 * @param options what SET has set, by name in small letters
 * @param fallback the zone while SET has set none
 */
public record Session(String database, Map<String, String> options, ZoneId fallback) {
    /** The one database that a mart's tables and views are in; {@code main} is another name for it. */
    public static final String DEFAULT = "default";

    /** The option that says what time zone from_unixtime, unix_timestamp and now speak in. */
    public static final String TIMEZONE = "timezone";

    public Session {
        options = Map.copyOf(options);
    }

    /** A new connection's: the default database, nothing set, UTC as in Impala. */
    public static Session start() {
        return start(ZoneOffset.UTC);
    }

    /** A new connection's in another zone. */
    public static Session start(ZoneId zone) {
        return new Session(DEFAULT, Map.of(), zone);
    }

    /** The same with another database. */
    public Session use(String other) {
        return new Session(other, options, fallback);
    }

    /** The same with an option set, or forgotten when {@code value} is empty. */
    public Session set(String option, String value) {
        Map<String, String> changed = new TreeMap<>(options);
        String name = option.toLowerCase(java.util.Locale.ROOT);
        if (value.isEmpty()) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return new Session(database, changed, fallback);
    }

    /** The zone of {@link #TIMEZONE}; when none was set, the one that it started in. */
    public ZoneId zone() {
        String zone = options.get(TIMEZONE);
        return zone == null ? fallback : ZoneId.of(zone);
    }
}
