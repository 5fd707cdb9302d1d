package io.polder.superset;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What the things of a mart are called in Superset. Immutable. */
record Names(String mart) {
    /** Superset's version of all the documents. */
    static final String VERSION = "1.0.0";

    String database() {
        return "Polder " + mart;
    }

    /** The part of an address under which the dashboard is found. */
    String slug() {
        return "polder-" + mart;
    }

    /** The same for the same thing of the same mart, always. */
    String uuid(String kind, String name) {
        String whole = "io.polder/" + mart + "/" + kind + "/" + name;
        return UUID.nameUUIDFromBytes(whole.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
