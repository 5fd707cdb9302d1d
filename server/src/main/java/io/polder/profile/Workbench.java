package io.polder.profile;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.store.duck.EngineMessage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine to look at data with: a database in a folder of its own, which goes with it. It works within its memory and
 * goes to disk for the rest. For one thread at a time.
 */
public final class Workbench implements AutoCloseable {
    /**
     * Bounds.
     *
     * @param memory bytes that the engine may take
     * @param threads at most
     * @param folder where its own folder is made
     */
    public record Settings(long memory, int threads, Path folder) {}

    private static final Logger LOG = LoggerFactory.getLogger(Workbench.class);
    private static final long BATCH_ROWS = 8_192;

    private final Path folder;
    private final Connection connection;
    private final boolean isOwner;
    /** Files that are read where they are, as they were. */
    private final Map<Path, String> watched = new LinkedHashMap<>();

    private Workbench(Path folder, Connection connection, boolean isOwner) {
        this.folder = folder;
        this.connection = connection;
        this.isOwner = isOwner;
    }

    /** Opens one. */
    public static Workbench open(Settings settings) {
        Path folder;
        try {
            Files.createDirectories(settings.folder());
            folder = Files.createTempDirectory(settings.folder(), "polder-profile-");
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    settings.folder() + ": no room to work in. Fix: see that it can be written (" + failure.getMessage()
                            + ")",
                    failure);
        }
        Properties properties = new Properties();
        properties.setProperty("memory_limit", (settings.memory() >> 20) + "MiB");
        properties.setProperty("threads", String.valueOf(settings.threads()));
        properties.setProperty("temp_directory", folder.resolve("spill").toString());
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        try {
            Connection connection =
                    DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("work.duckdb"), properties);
            return new Workbench(folder, connection, true);
        } catch (SQLException failure) {
            delete(folder);
            throw failed(failure);
        }
    }

    /** The same for one more thread: the same tables, and temporary ones of its own. To be closed before this one. */
    Workbench beside() {
        try {
            return new Workbench(
                    folder, connection.unwrap(DuckDBConnection.class).duplicate(), false);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** From here on no file, no setting and no extension can be reached from it. */
    void lock() {
        run("SET enable_external_access = false");
        run("SET lock_configuration = true");
    }

    /** Runs a statement. */
    void run(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Whether there is a view of this name, and no table. */
    boolean isView(String name) {
        return number("SELECT count(*) FROM duckdb_views() WHERE view_name = " + FileSource.text(name)) > 0;
    }

    /** Drops a table or view. */
    void drop(String name) {
        run("DROP " + (isView(name) ? "VIEW " : "TABLE ") + name);
    }

    /** Takes the rows of an answer, one by one. */
    interface Reader {
        void row(ResultSet row) throws SQLException;
    }

    void read(String sql, Reader reader) {
        read(sql, List.of(), reader);
    }

    void read(String sql, List<?> parameters, Reader reader) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < parameters.size(); index++) {
                statement.setObject(index + 1, parameters.get(index));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.row(rows);
                }
            }
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Takes a long answer a batch of some thousand rows at a time, column by column; the next batch is in the same memory. */
    void batches(String sql, Consumer<VectorSchemaRoot> reader) {
        try (BufferAllocator memory = new RootAllocator();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql);
                ArrowReader batches =
                        (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(memory, BATCH_ROWS)) {
            while (batches.loadNextBatch()) {
                reader.accept(batches.getVectorSchemaRoot());
            }
        } catch (SQLException failure) {
            throw failed(failure);
        } catch (IOException failure) {
            // The engine's failures come out of its stream as these.
            throw failed(new SQLException(failure.getMessage(), failure));
        }
    }

    /** All rows of a small answer. */
    List<List<@Nullable Object>> rows(String sql) {
        List<List<@Nullable Object>> all = new ArrayList<>();
        read(sql, row -> {
            int columns = row.getMetaData().getColumnCount();
            List<@Nullable Object> values = new ArrayList<>(columns);
            for (int column = 1; column <= columns; column++) {
                values.add(row.getObject(column));
            }
            all.add(values);
        });
        return all;
    }

    /** The only row of an answer. */
    List<@Nullable Object> row(String sql) {
        return rows(sql).get(0);
    }

    long number(String sql) {
        return row(sql).get(0) instanceof Number number ? number.longValue() : 0;
    }

    /** Takes rows into a table; closed by the caller. */
    DuckDBAppender appender(String table) {
        try {
            return connection.unwrap(DuckDBConnection.class).createAppender("main", table);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Lets a stream of Arrow's be read by this name, once. */
    void register(String name, ArrowArrayStream stream) {
        try {
            connection.unwrap(DuckDBConnection.class).registerArrowStream(name, stream);
        } catch (SQLException failure) {
            throw failed(failure);
        }
    }

    /** Remembers a file as it is, since it will be read more than once. */
    void watch(Path file) {
        watched.put(file, state(file));
    }

    /** @throws PolderException INVALID_REQUEST when a watched file is not as it was: what was found of it may be of two versions */
    void checkUnchanged() {
        for (Map.Entry<Path, String> each : watched.entrySet()) {
            if (!state(each.getKey()).equals(each.getValue())) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        each.getKey() + ": has changed while it was read. Fix: profile it when it is whole, or a copy");
            }
        }
    }

    private static String state(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return found.size() + " bytes of " + found.lastModifiedTime();
        } catch (IOException gone) {
            return "gone";
        }
    }

    /** Its own folder, which goes with it. */
    public Path folder() {
        return folder;
    }

    /** What the engine could not do, as a sentence. */
    static PolderException failed(SQLException failure) {
        EngineMessage message = EngineMessage.of(String.valueOf(failure.getMessage()));
        boolean isFull = message.kind().equals("Out of Memory");
        return new PolderException(
                isFull ? ErrorCode.UNAVAILABLE : ErrorCode.INVALID_REQUEST,
                message.wrong() + " Fix: "
                        + (isFull
                                ? "give it more with --memory"
                                : message.fix().isEmpty()
                                        ? "see that the data are what they are said to be"
                                        : message.fix()),
                failure);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException failure) {
            throw failed(failure);
        } finally {
            if (isOwner) {
                delete(folder);
            }
        }
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException left) {
            LOG.warn("{} could not be removed. Fix: remove it ({})", folder, left.getMessage());
        }
    }
}
