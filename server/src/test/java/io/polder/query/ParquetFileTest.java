package io.polder.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bounds a Parquet file; what is in it, SqlOverHttpTest looks at. */
final class ParquetFileTest {
    @TempDir
    private Path folder;

    private final AtomicInteger closed = new AtomicInteger();

    /** Numbers without an end, so that only a bound ends them, and by chance, so that they do not pack to nothing. */
    private static final class Endless implements Rows {
        private final Random chance = new Random(1);

        @Override
        public List<Answer.Column> columns() {
            return List.of(new Answer.Column("n", "BIGINT"));
        }

        @Override
        public @Nullable Chunk next() {
            long[] values = new long[8_192];
            for (int index = 0; index < values.length; index++) {
                values[index] = chance.nextLong();
            }
            return new Chunk(values.length, List.of(Chunk.Column.ofWhole(values, null)));
        }
    }

    @Test
    void aFileThatGrowsBeyondItsBoundIsGivenUpAndDeleted() throws IOException {
        assertThatThrownBy(() -> ParquetFile.of(new Endless(), folder, 1_000_000, closed::incrementAndGet))
                .isInstanceOfSatisfying(PolderException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.TOO_LARGE))
                .hasMessageContaining("Fix: ");

        assertThat(closed).hasValue(1);
        assertThat(files()).isEmpty();
    }

    /** Numbers from 0 in their order, about 160 MB of them. */
    private static final class Rising implements Rows {
        private long next;

        @Override
        public List<Answer.Column> columns() {
            return List.of(new Answer.Column("n", "BIGINT"));
        }

        @Override
        public @Nullable Chunk next() {
            if (next >= 20_000_000) {
                return null;
            }
            long[] values = new long[8_000];
            for (int index = 0; index < values.length; index++) {
                values[index] = next++;
            }
            return new Chunk(values.length, List.of(Chunk.Column.ofWhole(values, null)));
        }
    }

    @Test
    void rowsAreInTheOrderInWhichTheyCame() throws Exception {
        try (ParquetFile file = ParquetFile.of(new Rising(), folder, 1L << 30, closed::incrementAndGet);
                Connection engine = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = engine.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*), bool_and(n = file_row_number) FROM"
                        + " read_parquet('" + files().get(0) + "', file_row_number = true)")) {
            assertThat(file.size()).isPositive();
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(20_000_000);
            assertThat(rows.getBoolean(2)).isTrue();
        }
    }

    @Test
    void aFileIsThereUntilItIsClosed() throws IOException {
        Rows two = Rows.of(
                List.of(new Answer.Column("a", "VARCHAR"), new Answer.Column("a", "BIGINT")),
                List.of(List.of("x", 1L), List.of("y", 2L)));

        ParquetFile file = ParquetFile.of(two, folder, 1_000_000, closed::incrementAndGet);
        assertThat(file.size()).isPositive();
        assertThat(files()).hasSize(1);
        file.close();
        file.close();

        assertThat(closed).hasValue(1);
        assertThat(files()).isEmpty();
    }

    @Test
    void aFolderThatIsGoneIsSaidAndHoldsNothing() {
        assertThatThrownBy(() -> ParquetFile.of(new Endless(), folder.resolve("gone"), 1_000, closed::incrementAndGet))
                .isInstanceOf(IOException.class);
        assertThat(closed).hasValue(1);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }
}
