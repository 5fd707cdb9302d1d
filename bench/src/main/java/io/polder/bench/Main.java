package io.polder.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code polder bench}: runs scenarios and says what they cost. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures what the program costs on this machine.",
        footer = {
            "",
            "Examples:",
            "  polder bench upsert                    the store alone, about two minutes",
            "  polder bench ingest --seconds 30       from HTTP to committed",
            "  polder bench freshness --profiles both --rows 0 --rate 3000   what profiles cost those who write",
            "  polder bench agent --warm 20           the real Flume and Polder's agent in turn, about ten minutes",
            "  polder bench sql --only fetch          queries through every endpoint; overhead, fetch or dashboard alone",
            "  polder bench profile                   a file's profile beside DuckDB's SUMMARIZE, about ten minutes",
            "  polder bench avro                      the real Flume feeds Polder's agent, and the other way round",
            "  polder bench recording                 the real Flume's answers and counters, written anew",
            "  polder bench --json results.json       everything of the mart, about twenty minutes"
        })
final class Main implements Callable<Integer> {
    private static final List<String> SCENARIOS = List.of("upsert", "ingest", "freshness", "viewers", "provenance");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(
            paramLabel = "SCENARIO",
            description =
                    "upsert, ingest, freshness, viewers, provenance (all of these when none is named), sql, profile, agent,"
                            + " avro, recording")
    private List<String> scenarios = new ArrayList<>();

    @Option(names = "--json", paramLabel = "FILE", description = "writes the numbers as JSON, too")
    private @Nullable Path json;

    @Option(names = "--against", paramLabel = "FILE", description = "an earlier --json: says what got worse")
    private @Nullable Path against;

    @Option(names = "--seconds", defaultValue = "30", description = "how long to measure (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--warm", defaultValue = "60", description = "how long to warm up (default: ${DEFAULT-VALUE})")
    private int warm;

    @Option(names = "--rows", defaultValue = "10000000", description = "rows in the table (default: ${DEFAULT-VALUE})")
    private int rows;

    @Option(
            names = "--rate",
            defaultValue = "20000",
            description = "freshness: events a second (default: ${DEFAULT-VALUE})")
    private int rate;

    @Option(
            names = "--profiles",
            paramLabel = "WHEN",
            description =
                    "freshness: on, off or both: with the table's profile kept up to date, or not; each in a table of"
                            + " its own, in batches of 200 ms")
    private @Nullable Profiles profiles;

    /** With the tables' profiles or without. */
    enum Profiles {
        on,
        off,
        both
    }

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "agent, profile: the rows whose title contains this; sql: overhead, fetch or dashboard")
    private String only = "";

    @Option(
            names = "--keep",
            paramLabel = "FOLDER",
            description = "sql: loads the table into this folder, or takes the one that is there")
    private @Nullable Path keep;

    @Option(names = "--peer", description = "sql: asks Spark's Thrift server, too; profile: Deequ and ydata-profiling")
    private boolean hasPeer;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<String> wanted = scenarios.isEmpty() ? SCENARIOS : scenarios;
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        machine.put("java", System.getProperty("java.vm.version"));
        print("machine", machine);
        List<Result> results = new ArrayList<>();
        for (String scenario : wanted) {
            Path folder = Files.createTempDirectory("polder-bench");
            try {
                Consumer<Result> tell = result -> {
                    print(result.scenario(), result.numbers());
                    results.add(result);
                };
                switch (scenario) {
                    case "upsert" -> tell.accept(Upsert.run(folder, rows, 100));
                    case "ingest" -> tell.accept(Ingest.run(folder, warm, seconds));
                    case "freshness" ->
                        FreshnessCurve.run(folder, new FreshnessCurve.Settings(rows, rate, seconds, profiles), tell);
                    case "sql" -> {
                        Path mart = keep == null ? folder : Files.createDirectories(keep);
                        SqlBench.run(mart, rows, seconds, only, hasPeer, tell);
                    }
                    case "profile" -> ProfileBench.run(folder, only, hasPeer, tell);
                    case "agent" -> AgentBench.run(folder, warm, seconds, only).forEach(tell);
                    case "avro" -> tell.accept(AvroBench.run(folder));
                    case "recording" -> tell.accept(FlumeRecording.record(folder));
                    case "viewers" -> tell.accept(Viewers.run(folder, seconds));
                    case "provenance" -> tell.accept(ProvenanceCost.run(folder, rows));
                    default -> {
                        System.err.println("scenario = '" + scenario + "': there is no such scenario. Fix: use one of "
                                + String.join(", ", SCENARIOS) + ", sql, profile, agent, avro, recording");
                        return 2;
                    }
                }
            } finally {
                remove(folder);
            }
        }
        if (against != null) {
            compare(against, results);
        }
        if (json != null) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("machine", machine);
            document.put("results", results);
            JSON.writerWithDefaultPrettyPrinter().writeValue(json.toFile(), document);
        }
        return 0;
    }

    private static void print(String title, Map<String, Object> numbers) {
        System.out.println(title);
        numbers.forEach((name, value) -> System.out.println("  " + name + ": " + value));
    }

    /** Says which numbers differ from an earlier run by more than a tenth. */
    private static void compare(Path earlier, List<Result> results) throws java.io.IOException {
        var before = JSON.readTree(earlier.toFile()).path("results");
        for (int index = 0; index < Math.min(before.size(), results.size()); index++) {
            Result now = results.get(index);
            for (var entry : now.numbers().entrySet()) {
                double old =
                        before.get(index).path("numbers").path(entry.getKey()).asDouble();
                if (entry.getValue() instanceof Number number && old > 0) {
                    double ratio = number.doubleValue() / old;
                    if (ratio > 1.1 || ratio < 0.9) {
                        System.out.println(now.scenario() + ", " + entry.getKey() + ": " + Math.round(ratio * 100)
                                + " % of " + old);
                    }
                }
            }
        }
    }

    private static void remove(Path folder) throws java.io.IOException {
        try (var walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
