package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.WholeFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A mart that is ready, as {@code HOME/polder.json} tells other processes: what to talk to and where.
 *
 * @param pid of the process
 * @param url where its screen and interface are
 * @param ports the real ones, by name: {@code web}, {@code kafka} (the embedded broker's, when there is one)
 * @param mart its name
 * @param folder the folder of its definition
 * @param version of the program
 * @param started when it was started
 */
record Running(
        long pid, URI url, Map<String, Integer> ports, String mart, Path folder, String version, Instant started) {
    private static final ObjectMapper JSON = new ObjectMapper();

    Running {
        ports = Map.copyOf(ports);
    }

    /** Replaces {@code file} in one step, so that a reader sees all of it or none. */
    void writeTo(Path file) throws IOException {
        ObjectNode node = JSON.createObjectNode();
        node.put("pid", pid);
        node.put("url", url.toString());
        ObjectNode numbers = node.putObject("ports");
        ports.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(port -> numbers.put(port.getKey(), port.getValue()));
        node.put("mart", mart);
        node.put("folder", folder.toString());
        node.put("version", version);
        node.put("started", started.toString());
        WholeFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node));
    }

    /** Reads {@code file}; empty when there is none. */
    static Optional<Running> readFrom(Path file) throws IOException {
        JsonNode node;
        try {
            node = JSON.readTree(Files.readAllBytes(file));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        Map<String, Integer> ports = new LinkedHashMap<>();
        node.path("ports")
                .properties()
                .forEach(port -> ports.put(port.getKey(), port.getValue().asInt()));
        return Optional.of(new Running(
                node.path("pid").asLong(),
                URI.create(node.path("url").asText()),
                ports,
                node.path("mart").asText(),
                Path.of(node.path("folder").asText()),
                node.path("version").asText(),
                Instant.parse(node.path("started").asText())));
    }
}
