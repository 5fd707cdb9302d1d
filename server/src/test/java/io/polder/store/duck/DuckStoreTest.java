package io.polder.store.duck;

import io.polder.store.Store;
import io.polder.testkit.StoreContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

final class DuckStoreTest extends StoreContract {
    @Override
    protected Store open(Path folder, InstantSource clock) {
        return DuckStore.open(
                new DuckStore.Settings(folder.resolve("mart.duckdb"), folder.resolve("tmp"), 256L << 20, 1), clock);
    }

    @Override
    protected List<Row> rows(Store store) {
        List<Row> rows = new ArrayList<>();
        try (Connection connection = ((DuckStore) store).connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT uid, epoch_us(time), value, _partition, _offset FROM provenance.t")) {
            while (result.next()) {
                rows.add(new Row(
                        result.getLong(1),
                        result.getLong(2),
                        result.getString(3),
                        result.getInt(4),
                        result.getLong(5)));
            }
            return rows;
        } catch (SQLException exception) {
            throw new IllegalStateException(exception);
        }
    }
}
