package io.polder.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Other profilers, each as a process of its own that reads the same Parquet file, with all that they do when nothing is said. */
final class ProfilePeers {
    /** None of them has longer. */
    static final Duration LIMIT = Duration.ofMinutes(10);

    private static final long LOOK_EVERY_MILLIS = 100;

    private ProfilePeers() {}

    /**
     * What a run took.
     *
     * @param ended whether it did so by itself, within the limit
     */
    private record Run(boolean ended, double cpuSeconds, double seconds) {}

    /**
     * Runs those that the launcher has fetched.
     *
     * @param ourCpu CPU and wall seconds of the whole profile of the same file
     * @param numbers takes what they took
     */
    static void run(Path folder, Path file, double ourCpu, double ourWall, Map<String, Object> numbers)
            throws IOException, InterruptedException {
        Path library = at("bench", "deequ", "target", "lib");
        if (Files.isDirectory(library)) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(SparkServer.opens());
            command.addAll(List.of(
                    "-Xmx2g",
                    "-Djava.io.tmpdir=" + folder,
                    "-cp",
                    library + java.io.File.separator + "*",
                    at("bench", "deequ", "DeequProfile.java").toString(),
                    file.toString()));
            tell("Deequ", run(folder, command), ourCpu, ourWall, numbers);
        } else {
            numbers.put("Deequ", "is not there. Fix: start the bench with ./polder bench profile --peer");
        }
        Path python = at("bench", "ydata", "target", "bin", "python");
        if (Files.isExecutable(python)) {
            List<String> command = List.of(
                    python.toString(),
                    at("bench", "ydata", "full_report.py").toString(),
                    file.toString(),
                    folder.resolve("ydata.html").toString());
            tell("ydata-profiling", run(folder, command), ourCpu, ourWall, numbers);
        } else {
            numbers.put("ydata-profiling", "is left out: there is no Python 3 with pip, or PyPI is not reached");
        }
    }

    private static Path at(String first, String... more) {
        Path path =
                Path.of(System.getProperty("polder.root", ".")).toAbsolutePath().resolve(first);
        for (String each : more) {
            path = path.resolve(each);
        }
        return path;
    }

    private static void tell(String name, Run run, double ourCpu, double ourWall, Map<String, Object> numbers) {
        String least = run.ended() ? "" : "at least ";
        if (!run.ended()) {
            numbers.put(name, "did not end within " + LIMIT.toSeconds() + " s");
        }
        numbers.put(name + ", CPU s", rounded(run.cpuSeconds()));
        numbers.put(name + ", s", rounded(run.seconds()));
        numbers.put(name + " by ours, CPU", least + rounded(run.cpuSeconds() / ourCpu));
        numbers.put(name + " by ours, time", least + rounded(run.seconds() / ourWall));
    }

    private static double rounded(double number) {
        return Math.round(number * 10) / 10.0;
    }

    private static Run run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("peer.txt");
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Duration cpu = Duration.ZERO;
        boolean hasEnded = false;
        // What a process has used is gone with it.
        while (!hasEnded && System.nanoTime() - begun < LIMIT.toNanos()) {
            Duration now = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                    .map(each -> each.info().totalCpuDuration().orElse(Duration.ZERO))
                    .reduce(Duration.ZERO, Duration::plus);
            cpu = now.compareTo(cpu) > 0 ? now : cpu;
            hasEnded = process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (!hasEnded) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        } else if (process.exitValue() != 0) {
            throw new IOException("a peer ended with " + process.exitValue() + ":\n" + Files.readString(output));
        }
        return new Run(hasEnded, cpu.toNanos() / 1e9, seconds);
    }
}
