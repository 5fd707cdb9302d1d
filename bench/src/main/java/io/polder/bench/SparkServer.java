package io.polder.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Spark's Thrift server, the peer: a process of its own on this machine's processors, over the table as Parquet. */
final class SparkServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 180;
    /** What Spark's own launcher opens for Java 17. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    private final Process process;
    private final int port;

    private SparkServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Where {@code bench/spark/pom.xml} puts it. */
    private static Path library() {
        return Path.of(System.getProperty("polder.root", "."), "bench", "spark", "target", "lib");
    }

    /** Java's options without which Spark does not start. */
    static List<String> opens() {
        return OPENED.stream()
                .map(opened -> "--add-opens=java.base/" + opened + "=ALL-UNNAMED")
                .toList();
    }

    /** Starts it with what it writes in {@code folder}. */
    static SparkServer start(Path folder) throws IOException {
        if (!Files.isDirectory(library())) {
            throw new IOException("Spark is not there. Fix: start the bench with ./polder bench sql --peer");
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectories(folder);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(opens());
        command.addAll(List.of(
                "-Xmx2g",
                "-Dderby.system.home=" + folder,
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                library() + java.io.File.separator + "*",
                "org.apache.spark.deploy.SparkSubmit",
                "--master",
                "local[" + Runtime.getRuntime().availableProcessors() + "]",
                "--driver-memory",
                "2g",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.driver.bindAddress=127.0.0.1",
                "--conf",
                "spark.driver.host=127.0.0.1",
                "--conf",
                "spark.sql.session.timeZone=UTC",
                "--conf",
                "spark.sql.shuffle.partitions=" + Runtime.getRuntime().availableProcessors(),
                "--conf",
                "spark.sql.thriftServer.incrementalCollect=true",
                "--class",
                "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
                "spark-internal",
                "--hiveconf",
                "hive.server2.thrift.port=" + port,
                "--hiveconf",
                "hive.server2.thrift.bind.host=127.0.0.1",
                "--hiveconf",
                "hive.server2.authentication=NOSASL"));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        long start = System.nanoTime();
        while (!listens(port)) {
            if (!process.isAlive() || System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                process.destroyForcibly();
                throw new IOException("Spark did not start:\n" + Files.readString(output));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        return new SparkServer(process, port);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** A connection that knows the Parquet file as {@code readings}. */
    Connection connect(Path parquet) throws SQLException {
        Connection connection = SqlEndpoints.hive(port);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY VIEW readings USING parquet OPTIONS (path '" + parquet + "')");
        }
        return connection;
    }

    /** What it has used so far, all threads. */
    double cpuSeconds() {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
