package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A home in one file: a ZIP with every file that is data, and at its end {@code manifest.json} with each one's length and
 * SHA-256. A file that was cut short has no manifest and is told from a whole one.
 */
final class Backup {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MANIFEST = "manifest.json";

    private Backup() {}

    /** One file of a home: its length and the SHA-256 of its bytes. */
    private record Content(long bytes, String sha256) {}

    /** The files of a home that are data, by name. */
    static List<Path> files(Path home) throws IOException {
        try (Stream<Path> walk = Files.walk(home)) {
            return walk.filter(Files::isRegularFile)
                    .filter(file -> !Home.OF_THE_PROCESS.contains(
                            home.relativize(file).getName(0).toString()))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Writes a home that no process but this one holds to {@code target}, which is there whole or not at all.
     *
     * @param written hears of bytes as they are read
     */
    static void write(Path home, Path target, Instant now, LongConsumer written) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
                zip.setLevel(Deflater.BEST_SPEED);
                ObjectNode manifest = JSON.createObjectNode();
                manifest.put("polder", Version.number())
                        .put("format", Home.FORMAT)
                        .put("made", now.toString());
                ArrayNode contents = manifest.putArray("files");
                for (Path file : files(home)) {
                    String name = String.join("/", names(home.relativize(file)));
                    zip.putNextEntry(new ZipEntry(name));
                    MessageDigest sha256 = sha256();
                    OutputStream digested = new DigestOutputStream(unclosed(zip), sha256);
                    long bytes = copy(Files.newInputStream(file), digested, written);
                    zip.closeEntry();
                    contents.addObject().put("name", name).put("bytes", bytes).put("sha256", hex(sha256));
                }
                zip.putNextEntry(new ZipEntry(MANIFEST));
                zip.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
                zip.closeEntry();
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Unpacks a backup into the empty or missing folder {@code home} and compares every file with the manifest. What was
     * unpacked is removed again when something differs.
     *
     * @throws PolderException INVALID_REQUEST when the file is not a whole backup
     */
    static void read(Path source, Path home, LongConsumer read) throws IOException {
        Path part = home.resolveSibling(home.getFileName() + ".part");
        Home.deleteTree(part);
        Files.createDirectories(part);
        try {
            unpack(source, part, read);
            Files.deleteIfExists(home);
            Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Home.deleteTree(part);
        }
    }

    private static void unpack(Path source, Path folder, LongConsumer read) throws IOException {
        Map<String, Content> found = new TreeMap<>();
        JsonNode manifest = null;
        try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(counted(source, read)))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(MANIFEST)) {
                    manifest = JSON.readTree(unclosed(zip));
                    continue;
                }
                Path file = folder.resolve(entry.getName()).normalize();
                if (!file.startsWith(folder)) {
                    throw broken(source, "the entry '" + entry.getName() + "' points outside the home", null);
                }
                Files.createDirectories(file.getParent());
                MessageDigest sha256 = sha256();
                long bytes;
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                    bytes = copy(new DigestInputStream(unclosed(zip), sha256), out, ignored -> {});
                }
                found.put(entry.getName(), new Content(bytes, hex(sha256)));
            }
        } catch (java.util.zip.ZipException | java.io.EOFException garbled) {
            throw broken(source, garbled.getMessage() + "", garbled);
        }
        if (manifest == null) {
            throw broken(source, "it has no manifest: it was cut short, or is not a backup", null);
        }
        Map<String, Content> listed = new TreeMap<>();
        for (JsonNode file : manifest.path("files")) {
            listed.put(
                    file.path("name").asText(),
                    new Content(file.path("bytes").asLong(), file.path("sha256").asText()));
        }
        if (!listed.equals(found)) {
            List<String> differing = new ArrayList<>();
            listed.forEach((name, content) -> {
                if (!content.equals(found.get(name))) {
                    differing.add(name);
                }
            });
            throw broken(source, "these files are not as its manifest says: " + differing, null);
        }
    }

    private static PolderException broken(
            Path source, String wrong, @org.jspecify.annotations.Nullable Exception cause) {
        return new PolderException(
                ErrorCode.INVALID_REQUEST, source + ": " + wrong + ". Fix: take another backup", cause);
    }

    private static long copy(InputStream in, OutputStream out, LongConsumer moved) throws IOException {
        try (in) {
            byte[] buffer = new byte[1 << 16];
            long bytes = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                bytes += read;
                moved.accept(read);
            }
            out.flush();
            return bytes;
        }
    }

    private static InputStream counted(Path file, LongConsumer read) throws IOException {
        return new FilterInputStream(Files.newInputStream(file)) {
            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                int count = super.read(bytes, from, length);
                read.accept(Math.max(0, count));
                return count;
            }
        };
    }

    private static InputStream unclosed(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public void close() {
                // The next entry is read from the same stream.
            }
        };
    }

    private static OutputStream unclosed(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void close() {
                // The next entry is written to the same stream.
            }
        };
    }

    private static List<String> names(Path relative) {
        List<String> names = new ArrayList<>();
        relative.forEach(name -> names.add(name.toString()));
        return names;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("Every Java has SHA-256.", impossible);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
