package io.polder.agent.hdfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which files a sink has begun and not finished, in a file that outlives the process: lines {@code + in-use TAB final}
 * and {@code - in-use}. It survives a kill; after a power cut, files may be missing in it and then stay as they were.
 * Thread-safe.
 */
final class OpenFiles {
    /** Lines after which the file is written anew. */
    private static final int LONGEST = 10_000;

    private final Path journal;
    private final Map<String, String> begun = new LinkedHashMap<>();
    private final Map<String, Object> owners = new HashMap<>();
    private int lines;

    private OpenFiles(Path journal) {
        this.journal = journal;
    }

    /** Reads what an earlier run left unfinished. */
    static OpenFiles read(Path journal) throws IOException {
        OpenFiles files = new OpenFiles(journal);
        Files.createDirectories(journal.toAbsolutePath().getParent());
        if (Files.exists(journal)) {
            for (String line : Files.readAllLines(journal)) {
                int tab = line.indexOf('\t');
                if (line.startsWith("+ ") && tab > 0) {
                    files.begun.put(line.substring(2, tab), line.substring(tab + 1));
                } else if (line.startsWith("- ")) {
                    files.begun.remove(line.substring(2));
                }
            }
        }
        files.rewrite();
        return files;
    }

    /**
     * Notes a file before it is made.
     *
     * @param owner who writes it
     */
    synchronized void begin(String inUse, String target, Object owner) {
        begun.put(inUse, target);
        owners.put(inUse, owner);
        append("+ " + inUse + "\t" + target + "\n");
    }

    /** Notes that a file has its final name, or is gone. */
    synchronized void finish(String inUse) {
        begun.remove(inUse);
        owners.remove(inUse);
        append("- " + inUse + "\n");
    }

    /** Notes that nobody writes a file any more. */
    synchronized void abandon(String inUse) {
        owners.remove(inUse);
    }

    /** Notes that an owner writes none of its files any more. */
    synchronized void abandonAll(Object owner) {
        owners.values().removeIf(owner::equals);
    }

    /** Files that nobody writes and that have no final name yet: final names by in-use names, oldest first. */
    synchronized Map<String, String> abandoned() {
        Map<String, String> abandoned = new LinkedHashMap<>(begun);
        abandoned.keySet().removeAll(owners.keySet());
        return abandoned;
    }

    private void append(String line) {
        try {
            Files.writeString(journal, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            lines++;
            if (lines > LONGEST + 2 * begun.size()) {
                rewrite();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("writing " + journal, failure);
        }
    }

    private void rewrite() throws IOException {
        List<String> all = new ArrayList<>();
        begun.forEach((inUse, target) -> all.add("+ " + inUse + "\t" + target));
        Path part = journal.resolveSibling(journal.getFileName() + ".part");
        Files.write(part, all, StandardCharsets.UTF_8);
        Files.move(part, journal, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        lines = all.size();
    }
}
