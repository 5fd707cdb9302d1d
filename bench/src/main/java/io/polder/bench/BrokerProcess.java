package io.polder.bench;

import io.polder.log.Log;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A Kafka broker as a process of its own, so that what it costs is not counted as an agent's. */
final class BrokerProcess implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Process process;
    private final String bootstrap;

    private BrokerProcess(Process process, String bootstrap) {
        this.process = process;
        this.bootstrap = bootstrap;
    }

    /**
     * Starts one with these topics.
     *
     * @param folder empty
     * @param partitions of each topic
     */
    static BrokerProcess start(Path folder, int partitions, List<String> topics) throws IOException {
        Files.createDirectories(folder);
        Path announced = folder.resolve("bootstrap.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                folder.toString(),
                Integer.toString(partitions)));
        command.addAll(topics);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        long start = System.nanoTime();
        while (!Files.exists(announced)) {
            if (!process.isAlive() || System.nanoTime() - start > PATIENCE_NANOS) {
                process.destroyForcibly();
                throw new IOException("The broker did not start:\n" + Files.readString(folder.resolve("output.txt")));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return new BrokerProcess(process, Files.readString(announced));
    }

    /** The broker's own process; ends when its standard input does, and so with the bench. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Log.Settings settings = new Log.Settings(folder.resolve("log"), 0, Optional.empty());
        try (Log log = Log.open(settings, failure -> System.exit(1))) {
            for (String topic : List.of(arguments).subList(2, arguments.length)) {
                log.ensure(topic, Integer.parseInt(arguments[1]), null);
            }
            Path written = Files.writeString(folder.resolve("bootstrap.part"), log.bootstrap());
            Files.move(written, folder.resolve("bootstrap.txt"), StandardCopyOption.ATOMIC_MOVE);
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** {@code host:port}. */
    String bootstrap() {
        return bootstrap;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
