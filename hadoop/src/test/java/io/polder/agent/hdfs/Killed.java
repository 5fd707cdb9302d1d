package io.polder.agent.hdfs;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process that delivers, and is killed in the middle of it. */
final class Killed {
    private Killed() {}

    /** Lets it deliver at least so many events, kills it, and gives how many it was told to be delivered. */
    static int after(int events, Path home, Map<String, String> keys) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Delivery.class.getName(),
                home.toString()));
        keys.forEach((key, value) -> command.addAll(List.of(key, value)));
        Process process = new ProcessBuilder(command)
                .redirectError(home.resolve("error.txt").toFile())
                .start();
        int delivered = 0;
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                delivered = Integer.parseInt(line);
                if (delivered >= events) {
                    process.toHandle().destroyForcibly(); // unlike Process, it lets the last lines be read
                }
            }
        }
        process.waitFor();
        if (delivered < events) {
            throw new IOException("It ended early: " + Files.readString(home.resolve("error.txt")));
        }
        return delivered;
    }
}
