package io.polder.hive;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hive.service.rpc.thrift.THandleIdentifier;

/**
 * All sessions and their operations, by names that nobody guesses. A session may be used over another connection than
 * the one that opened it, and goes when that one does. Thread-safe.
 */
final class Sessions {
    private static final int MAX_SESSIONS = 4_096;

    private final InstantSource clock;
    private final Map<String, HiveSession> sessions = new ConcurrentHashMap<>();
    private final Map<String, Operation> operations = new ConcurrentHashMap<>();
    /** How many rows the last statements have changed: clients ask for that when they have closed them. */
    private final Map<String, Long> changed = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_SESSIONS;
        }
    });

    Sessions(InstantSource clock) {
        this.clock = clock;
    }

    static String newName() {
        return UUID.randomUUID().toString();
    }

    void add(HiveSession session) {
        if (sessions.size() >= MAX_SESSIONS) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "There are " + MAX_SESSIONS + " sessions open. Fix: close those that are not used");
        }
        sessions.put(session.id(), session);
    }

    void add(String name, HiveSession session, Operation operation) {
        operations.put(name, operation);
        session.operations().add(name);
        if (!sessions.containsKey(session.id())) {
            // It was closed meanwhile.
            close(name);
        }
    }

    /** @throws PolderException NOT_FOUND when there is no such session */
    HiveSession session(THandleIdentifier identifier) {
        HiveSession session = sessions.get(name(identifier));
        if (session == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    "Invalid SessionHandle: the session is closed, or was not used for too long. Fix: connect again");
        }
        session.use(clock.instant());
        return session;
    }

    /** @throws PolderException NOT_FOUND when there is no such operation */
    Operation operation(THandleIdentifier identifier) {
        Operation operation = operations.get(name(identifier));
        if (operation == null) {
            throw new PolderException(
                    ErrorCode.NOT_FOUND,
                    "Invalid OperationHandle: the statement is closed, or its rows were not taken for too long."
                            + " Fix: run it again");
        }
        operation.use();
        HiveSession session = sessions.get(operation.session());
        if (session != null) {
            session.use(operation.used());
        }
        return operation;
    }

    void close(THandleIdentifier operation) {
        close(name(operation));
    }

    private void close(String name) {
        Operation operation = operations.remove(name);
        if (operation == null) {
            return;
        }
        HiveSession session = sessions.get(operation.session());
        if (session != null) {
            session.operations().remove(name);
        }
        if (operation.changed() >= 0) {
            changed.put(name, operation.changed());
        }
        operation.close();
    }

    /**
     * How many rows a statement has changed, also when it was closed a moment ago; -1 when it changes none or is not over.
     *
     * @throws PolderException NOT_FOUND when there is no such operation
     */
    long changed(THandleIdentifier identifier) {
        Long known = changed.get(name(identifier));
        return known == null ? operation(identifier).changed() : known;
    }

    /** Closes a session with all that it runs. */
    void closeSession(String id) {
        HiveSession session = sessions.remove(id);
        if (session != null) {
            List.copyOf(session.operations()).forEach(this::close);
        }
    }

    /** Closes what nobody has used for so long; what is running is in use. */
    void closeIdle(Duration idle) {
        Instant before = clock.instant().minus(idle);
        operations.forEach((name, operation) -> {
            if (operation.used().isBefore(before) && operation.completed() != null) {
                close(name);
            }
        });
        sessions.forEach((id, session) -> {
            if (session.used().isBefore(before) && session.operations().isEmpty()) {
                closeSession(id);
            }
        });
    }

    void closeAll() {
        List.copyOf(sessions.keySet()).forEach(this::closeSession);
    }

    int size() {
        return sessions.size();
    }

    static THandleIdentifier identifier(String name) {
        UUID uuid = UUID.fromString(name);
        ByteBuffer bytes = ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .flip();
        // The name itself cannot be guessed; clients want a second one.
        return new THandleIdentifier(bytes, bytes.duplicate());
    }

    static String name(THandleIdentifier identifier) {
        byte[] guid = identifier.getGuid();
        if (guid.length != 16) {
            return "";
        }
        ByteBuffer bytes = ByteBuffer.wrap(guid);
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }
}
