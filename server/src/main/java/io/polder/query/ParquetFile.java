package io.polder.query;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A result as a Parquet file, which cannot be streamed while it is made: its directory comes last. It is written by an
 * engine of its own, which holds nothing but the rows that it is given; the store's engine reaches no file, so that no
 * SQL of anybody does. For one thread; the file is gone when it is closed.
 */
public final class ParquetFile implements AutoCloseable {
    /** What one answer may take of the disk. */
    static final long MOST_BYTES = 2L << 30;

    private final Path file;
    private final Runnable whenClosed;
    private boolean isClosed;

    private ParquetFile(Path file, Runnable whenClosed) {
        this.file = file;
        this.whenClosed = whenClosed;
    }

    /**
     * Writes all rows that are left into a file.
     *
     * @param folder for temporary files
     * @param mostBytes of the file, about; checked while it grows
     * @param whenClosed is run once, also when this fails
     * @throws PolderException TOO_LARGE, UNAVAILABLE when the disk does not take it, and what the rows fail with
     */
    static ParquetFile of(Rows rows, Path folder, long mostBytes, Runnable whenClosed) throws IOException {
        ParquetFile made = null;
        boolean isWhole = false;
        try {
            made = new ParquetFile(Files.createTempFile(folder, "answer", ".parquet"), whenClosed);
            write(rows, made.file, mostBytes);
            isWhole = true;
            return made;
        } finally {
            if (made == null) {
                whenClosed.run();
            } else if (!isWhole) {
                made.close();
            }
        }
    }

    private static void write(Rows rows, Path file, long mostBytes) throws IOException {
        List<Answer.Column> numbered = new ArrayList<>();
        for (Answer.Column column : rows.columns()) {
            numbered.add(new Answer.Column("c" + numbered.size(), column.type()));
        }
        // Threads and memory of their own, so that those who ask the store for something hardly notice.
        Properties settings = new Properties();
        settings.setProperty("threads", "1");
        // One thread writes in the order in which it reads; told to see to the order, the engine would gather
        // everything.
        settings.setProperty("preserve_insertion_order", "false");
        settings.setProperty("memory_limit", "256MiB");
        settings.setProperty("temp_directory", "");
        BufferAllocator memory = new RootAllocator();
        try (ArrowBatches batches = new ArrowBatches(numbered, memory);
                Source source = new Source(rows, batches, memory, file, mostBytes);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(memory);
                Connection engine = DriverManager.getConnection("jdbc:duckdb:", settings);
                Statement statement = engine.createStatement()) {
            Data.exportArrayStream(memory, source, stream);
            engine.unwrap(DuckDBConnection.class).registerArrowStream("answer", stream);
            try {
                statement.execute("COPY (SELECT " + columns(rows.columns()) + " FROM answer) TO '"
                        + file.toString().replace("'", "''")
                        + "' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
            } catch (SQLException failure) {
                throw source.failure == null ? refused(failure) : source.failure;
            }
        } catch (SQLException failure) {
            throw refused(failure);
        }
    }

    private static PolderException refused(SQLException failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                "The Parquet file could not be written: " + failure.getMessage()
                        + ". Fix: ask for less, or for another format",
                failure);
    }

    /** Each column with its type and its name, which must differ from the others'. */
    private static String columns(List<Answer.Column> columns) {
        Set<String> taken = new HashSet<>();
        StringBuilder sql = new StringBuilder();
        for (int index = 0; index < columns.size(); index++) {
            Answer.Column column = columns.get(index);
            String name = column.name().isEmpty() ? "column" : column.name();
            for (int more = 1; !taken.add(name.toLowerCase(Locale.ROOT)); more++) {
                name = column.name() + "_" + more;
            }
            sql.append(index == 0 ? "" : ", ")
                    .append(value("c" + index, column.type()))
                    .append(" AS \"")
                    .append(name.replace("\"", "\"\""))
                    .append('"');
        }
        return sql.toString();
    }

    /** Rows travel in a few types; this gives them back the one that the query has. What is nested stays text. */
    private static String value(String name, String type) {
        return switch (type) {
            case "TINYINT",
                    "SMALLINT",
                    "INTEGER",
                    "UTINYINT",
                    "USMALLINT",
                    "UINTEGER",
                    "UBIGINT",
                    "FLOAT",
                    "UUID",
                    "TIME" -> "CAST(" + name + " AS " + type + ")";
            // Parquet has no such whole numbers, and the engine would round them.
            case "HUGEINT" -> "CAST(" + name + " AS DECIMAL(38, 0))";
            case "BLOB" -> "from_base64(" + name + ")";
            default -> type.matches("DECIMAL\\(\\d+, ?\\d+\\)") ? "CAST(" + name + " AS " + type + ")" : name;
        };
    }

    /** In bytes. */
    public long size() throws IOException {
        return Files.size(file);
    }

    /** Sends all of it; what it is written to stays open. */
    public void copyTo(OutputStream out) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(out);
        }
    }

    @Override
    public void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        whenClosed.run();
        // After a failure the engine may have deleted it already.
        Files.deleteIfExists(file);
    }

    /** The rows as the engine takes them: one batch for each chunk. */
    private static final class Source extends ArrowReader {
        private final Rows rows;
        private final ArrowBatches batches;
        private final Path file;
        private final long mostBytes;
        /** What the rows failed with, of which the engine only passes on the words. */
        private @Nullable PolderException failure;

        Source(Rows rows, ArrowBatches batches, BufferAllocator memory, Path file, long mostBytes) {
            super(memory);
            this.rows = rows;
            this.batches = batches;
            this.file = file;
            this.mostBytes = mostBytes;
        }

        @Override
        public VectorSchemaRoot getVectorSchemaRoot() {
            return batches.root();
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            try {
                if (Files.size(file) > mostBytes) {
                    throw new PolderException(
                            ErrorCode.TOO_LARGE,
                            "The Parquet file is over " + mostBytes
                                    + " bytes. Fix: narrow the query, or ask for CSV, NDJSON or Arrow, which are"
                                    + " streamed");
                }
                Chunk chunk = rows.next();
                if (chunk == null) {
                    return false;
                }
                batches.load(chunk);
                return true;
            } catch (PolderException told) {
                failure = told;
                throw told;
            }
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}

        @Override
        protected Schema readSchema() {
            return batches.root().getSchema();
        }
    }
}
