package io.polder.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the real Flume answered and counted when {@link FlumeScript} was its client: {@code flume-1.11.0.json}, written by
 * {@code polder bench recording}. A test of the normal build, which has no Flume, holds our agent against it.
 */
final class FlumeRecording {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "bench/src/test/resources/flume-1.11.0.json";

    private FlumeRecording() {}

    /** Runs the script against the real Flume and writes what it noted. */
    static Result record(Path folder) throws IOException {
        FlumeScript.Notes notes;
        try (BrokerProcess broker =
                BrokerProcess.start(folder.resolve("broker"), 1, FlumeScript.topics(AgentProcess.Kind.FLUME))) {
            notes = FlumeScript.run(AgentProcess.Kind.FLUME, folder, broker.bootstrap());
        }
        Path file = Path.of(System.getProperty("polder.root", "."), FILE);
        Files.createDirectories(file.getParent());
        JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), notes.sections());
        Files.writeString(file, Files.readString(file) + "\n");
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("sections", notes.sections().size());
        numbers.put(
                "lines", notes.sections().values().stream().mapToInt(Map::size).sum());
        numbers.put("file", file.toString());
        return new Result("recording", numbers);
    }

    /** Reads a recording. */
    static FlumeScript.Notes read(Path file) throws IOException {
        return new FlumeScript.Notes(
                JSON.readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Map<String, String>>>() {}));
    }
}
