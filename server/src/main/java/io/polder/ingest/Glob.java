package io.polder.ingest;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that a pattern names: {@code history/*.csv.gz}, relative to a folder or absolute. Immutable. */
public final class Glob {
    private final Path base;
    private final PathMatcher matcher;

    /** A file: its size and time tell whether it changed. */
    public record Found(Path path, long size, long modifiedMillis) {}

    /**
     * @param folder against which a relative pattern is resolved
     * @param pattern as {@code files:} says it
     */
    public Glob(Path folder, String pattern) {
        String[] parts = pattern.split("/", -1);
        int plain = 0;
        while (plain < parts.length - 1 && parts[plain].chars().noneMatch(c -> "*?[{\\".indexOf(c) >= 0)) {
            plain++;
        }
        String prefix = String.join("/", java.util.Arrays.copyOf(parts, plain));
        base = pattern.startsWith("/") && prefix.isEmpty()
                ? Path.of("/")
                : folder.resolve(prefix).normalize();
        String rest = String.join("/", java.util.Arrays.copyOfRange(parts, plain, parts.length));
        matcher = FileSystems.getDefault().getPathMatcher("glob:" + rest);
    }

    /** The files that there are now, by name relative to the pattern's fixed folder, in the order of names. */
    public SortedMap<String, Found> find() throws IOException {
        SortedMap<String, Found> found = new TreeMap<>();
        if (!Files.isDirectory(base)) {
            return found;
        }
        Files.walkFileTree(
                base, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        Path relative = base.relativize(file);
                        if (attributes.isRegularFile() && matcher.matches(relative)) {
                            found.put(
                                    relative.toString(),
                                    new Found(
                                            file,
                                            attributes.size(),
                                            attributes.lastModifiedTime().toMillis()));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }
}
