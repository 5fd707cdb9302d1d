package io.polder.app;

import io.polder.predict.MartModels;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;

/**
 * A training in a process of its own, so that it takes neither the mart's memory nor its time, and can be killed: the mart's
 * side of it, and the other, which is {@link #main}. It says how far it is, a number a line, and ends with the mart.
 */
final class TrainingProcess {
    private static final String HEAP = "-Xmx768m";
    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final String FAILED = "failed: ";

    private TrainingProcess() {}

    /** Trains as a folder describes; returns when the model is there. */
    static void run(Path folder, DoubleConsumer progress) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command(folder))
                    .redirectError(folder.resolve("errors").toFile())
                    .start();
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, "the process of the training did not start (" + failure + ")", failure);
        }
        try {
            String told = follow(process, progress);
            int code = process.waitFor();
            if (code != 0) {
                throw new PolderException(
                        ErrorCode.UNAVAILABLE,
                        told.isEmpty() ? "its process ended with code " + code + " (" + lastLine(folder) + ")" : told);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> command(Path folder) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingProcess.class.getName(),
                folder.toString()));
        return command;
    }

    /** What it said was wrong; empty when nothing was. */
    private static String follow(Process process, DoubleConsumer progress) throws InterruptedException {
        String told = "";
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            // Reading cannot be interrupted, so it is only done when there is something.
            while (process.isAlive() || lines.ready()) {
                if (!lines.ready()) {
                    process.waitFor(100, TimeUnit.MILLISECONDS);
                    continue;
                }
                String line = lines.readLine();
                if (line != null && line.startsWith(FAILED)) {
                    told = line.substring(FAILED.length());
                } else if (line != null && line.matches("[01][.][0-9]+")) {
                    progress.accept(Double.parseDouble(line));
                }
            }
        } catch (IOException gone) {
            return told;
        }
        return told;
    }

    /** What it died of: the last line of its errors that is no place in a stack. */
    private static String lastLine(Path folder) {
        String killed = "it was killed";
        try {
            return new String(Files.readAllBytes(folder.resolve("errors")), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !Character.isWhitespace(line.charAt(0)))
                    .reduce((first, second) -> second)
                    .orElse(killed);
        } catch (IOException none) {
            return killed;
        }
    }

    /** The other side: trains as the folder says that is its argument. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        Thread watch = new Thread(TrainingProcess::endWithTheMart, "mart");
        watch.setDaemon(true);
        watch.start();
        try {
            MartModels.train(Path.of(arguments[0]), done -> out.println(Math.round(done * 1000) / 1000.0));
        } catch (PolderException told) {
            out.println(FAILED + String.valueOf(told.getMessage()).replace('\n', ' '));
            out.flush();
            System.exit(told.code().exitCode());
        }
        System.exit(0);
    }

    /** The mart never writes: when there is an end to read, it has gone. */
    private static void endWithTheMart() {
        try {
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // The same.
        }
        Runtime.getRuntime().halt(1);
    }
}
