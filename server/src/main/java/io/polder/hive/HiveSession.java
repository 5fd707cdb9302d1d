package io.polder.hive;

import io.polder.sql.Session;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hive.service.rpc.thrift.TProtocolVersion;

/** What the server keeps of a client's session. Thread-safe. */
final class HiveSession {
    private final String id;
    private final TProtocolVersion protocol;
    private final Set<String> operations = ConcurrentHashMap.newKeySet();
    private volatile Session session;
    private volatile Instant used;

    HiveSession(String id, TProtocolVersion protocol, Session session, Instant now) {
        this.id = id;
        this.protocol = protocol;
        this.session = session;
        used = now;
    }

    String id() {
        return id;
    }

    /** The version of the protocol that was agreed on. */
    TProtocolVersion protocol() {
        return protocol;
    }

    /** What USE and SET have said. */
    Session session() {
        return session;
    }

    void change(Session changed) {
        session = changed;
    }

    /** The names of its operations. */
    Set<String> operations() {
        return operations;
    }

    Instant used() {
        return used;
    }

    void use(Instant now) {
        used = now;
    }
}
