package io.polder.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** The ways by which a query is answered, each through its own client; every row is read to its last value. */
final class SqlEndpoints {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonFactory PARSERS = JSON.getFactory();

    /** Asks and reads all of the answer. For one thread. */
    interface Endpoint {
        /** How many rows came. */
        long ask(String sql) throws Exception;

        /** Leaves. */
        default void close() throws SQLException {}
    }

    private SqlEndpoints() {}

    /** A connection to a database, by JDBC. */
    static Endpoint jdbc(Connection connection, int fetchSize) throws SQLException {
        Statement statement = connection.createStatement();
        if (fetchSize > 0) {
            statement.setFetchSize(fetchSize);
        }
        return new Endpoint() {
            @Override
            public long ask(String sql) throws SQLException {
                try (ResultSet result = statement.executeQuery(sql)) {
                    int columns = result.getMetaData().getColumnCount();
                    long rows = 0;
                    while (result.next()) {
                        for (int column = 1; column <= columns; column++) {
                            result.getObject(column);
                        }
                        rows++;
                    }
                    return rows;
                }
            }

            @Override
            public void close() throws SQLException {
                statement.close();
                connection.close();
            }
        };
    }

    /** Hive's own JDBC driver, apart from the class path of the program. */
    static Connection hive(int port) throws SQLException {
        try {
            URL jar = Path.of(System.getProperty("polder.root", "."), "server", "target", "clients", "hive-jdbc.jar")
                    .toUri()
                    .toURL();
            // Open for as long as the process is: its classes are loaded when they are needed.
            URLClassLoader loader = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
            Driver driver = (Driver) loader.loadClass("org.apache.hive.jdbc.HiveDriver")
                    .getDeclaredConstructor()
                    .newInstance();
            return driver.connect("jdbc:hive2://127.0.0.1:" + port + "/default;auth=noSasl", new Properties());
        } catch (MalformedURLException | ReflectiveOperationException missing) {
            throw new SQLException(
                    "Hive's JDBC driver is not there. Fix: start the bench with ./polder bench", missing);
        }
    }

    /** Druid's SQL over HTTP. */
    static Endpoint druid(int port) {
        return sql -> {
            try (InputStream in = post(port, "/druid/v2/sql/", "application/json", Map.of("query", sql))) {
                return objects(in);
            }
        };
    }

    /** {@code /api/sql}; {@code accept} tells in which format. */
    static Endpoint http(int port, String accept) {
        return sql -> {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("sql", sql);
            try (InputStream in = post(port, "/api/sql", accept, body)) {
                return accept.contains("arrow") ? arrow(in) : objects(in);
            }
        };
    }

    private static InputStream post(int port, String path, String accept, Map<String, ?> body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Accept", accept);
        connection.setFixedLengthStreamingMode(bytes.length);
        connection.getOutputStream().write(bytes);
        if (connection.getResponseCode() != 200) {
            throw new IOException(path + " answered " + connection.getResponseCode() + ": "
                    + JSON.readTree(connection.getErrorStream()));
        }
        return connection.getInputStream();
    }

    private static long arrow(InputStream in) throws IOException {
        long rows = 0;
        try (RootAllocator memory = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(in, memory)) {
            while (reader.loadNextBatch()) {
                rows += reader.getVectorSchemaRoot().getRowCount();
            }
        }
        return rows;
    }

    /** Reads a JSON document to its end; how many objects or arrays are its rows' is not told apart from others. */
    private static long objects(InputStream in) throws IOException {
        long rows = 0;
        try (JsonParser parser = PARSERS.createParser(in)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                rows += token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY ? 1 : 0;
            }
        }
        return rows;
    }
}
