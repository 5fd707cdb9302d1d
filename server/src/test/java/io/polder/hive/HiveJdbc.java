package io.polder.hive;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;

/** Hive's own JDBC driver, apart from the class path of the program. */
public final class HiveJdbc {
    private static final Driver DRIVER = load();

    private HiveJdbc() {}

    private static Driver load() {
        try {
            URL jar = Path.of("target", "clients", "hive-jdbc.jar").toUri().toURL();
            URLClassLoader loader = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
            return (Driver) loader.loadClass("org.apache.hive.jdbc.HiveDriver")
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (MalformedURLException | ReflectiveOperationException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /**
     * Connects.
     *
     * @param session what follows the database in the address: {@code ;auth=noSasl}
     */
    public static Connection connect(int port, String database, String session) throws SQLException {
        Properties who = new Properties();
        who.setProperty("user", "analyst");
        who.setProperty("password", "any");
        return DRIVER.connect("jdbc:hive2://127.0.0.1:" + port + "/" + database + session, who);
    }
}
