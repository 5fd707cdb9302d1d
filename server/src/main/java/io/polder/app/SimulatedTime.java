package io.polder.app;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.WholeFile;
import io.polder.simulate.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * The file {@code simulated} of a home that holds simulated data: when that began and how far it has come, so that the next
 * start goes on there. What a kill leaves out of it is simulated again, with the same rows. For one thread at a time.
 */
final class SimulatedTime {
    /** Its name in the home; that it is there marks the home. */
    static final String FILE = "simulated";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    SimulatedTime(Path home) {
        file = home.resolve(FILE);
    }

    /** Whether the home has held simulated data. */
    boolean isThere() {
        return Files.exists(file);
    }

    /** What was simulated; empty when nothing was, or nobody wrote down how far. */
    Optional<Simulation.Past> read() throws IOException {
        try {
            JsonNode node = JSON.readTree(Files.readAllBytes(file));
            return Optional.of(new Simulation.Past(
                    Instant.parse(node.path("began").asText()),
                    Instant.parse(node.path("until").asText())));
        } catch (NoSuchFileException | JacksonException | DateTimeException none) {
            return Optional.empty();
        }
    }

    /** Replaces what was written, in one step. */
    void write(Simulation.Past past) throws IOException {
        ObjectNode node = JSON.createObjectNode();
        node.put("note", "This home holds simulated data.");
        node.put("began", past.began().toString());
        node.put("until", past.until().toString());
        WholeFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node));
    }
}
