package io.polder.agent.hdfs;

import io.polder.agent.Counters;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file systems that a sink writes to. For one thread. */
final class HdfsFiles implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HdfsFiles.class);

    /** What makes a name node that is down known within two seconds, where the site's own files do not say otherwise. */
    private static final Map<String, String> IMPATIENCE = Map.of(
            "ipc.client.connect.max.retries", "1",
            "ipc.client.connect.retry.interval", "300",
            "ipc.client.connect.max.retries.on.timeouts", "0",
            "ipc.client.connect.timeout", "1500");

    private final Configuration configuration;
    private final String proxyUser;
    private final Counters counters;
    private final OpenFiles openFiles;
    private final Steps steps;
    private final Map<URI, FileSystem> systems = new HashMap<>();

    /** Hears what is about to be done, so that a call which hangs has a name. */
    interface Steps {
        /**
         * Called before each.
         *
         * @throws IOException when the writer was given up and must not go on
         */
        void begin(String what) throws IOException;
    }

    HdfsFiles(String proxyUser, Counters counters, OpenFiles openFiles, Steps steps) {
        this.proxyUser = proxyUser;
        this.counters = counters;
        this.openFiles = openFiles;
        this.steps = steps;
        configuration = configuration();
    }

    /** Hadoop's own: from the class path, and from {@code HADOOP_CONF_DIR}. */
    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        String folder = System.getenv("HADOOP_CONF_DIR");
        if (folder != null) {
            for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
                File file = new File(folder, name);
                if (file.isFile()) {
                    configuration.addResource(new Path(file.toURI()));
                }
            }
        }
        // The agent closes its files itself, in its own order.
        configuration.setBoolean("fs.automatic.close", false);
        IMPATIENCE.forEach((key, value) -> {
            String[] sources = configuration.getPropertySources(key);
            if (sources == null || sources.length == 0 || sources[sources.length - 1].endsWith("-default.xml")) {
                configuration.set(key, value);
            }
        });
        return configuration;
    }

    Counters counters() {
        return counters;
    }

    OpenFiles openFiles() {
        return openFiles;
    }

    void step(String what) throws IOException {
        steps.begin(what);
    }

    /** The file system of a path; connected when it is first used. */
    FileSystem of(String path) throws IOException {
        URI uri = new Path(path).toUri();
        URI root = URI.create((uri.getScheme() == null ? "" : uri.getScheme() + ":")
                + (uri.getAuthority() == null ? "" : "//" + uri.getAuthority())
                + "/");
        FileSystem known = systems.get(root);
        if (known != null) {
            return known;
        }
        FileSystem system = connect(root);
        // With checksums a local file gets what was flushed only when it is closed.
        FileSystem raw = system instanceof LocalFileSystem local ? local.getRaw() : system;
        systems.put(root, raw);
        return raw;
    }

    private FileSystem connect(URI root) throws IOException {
        URI uri = root.getScheme() == null ? FileSystem.getDefaultUri(configuration) : root;
        if (proxyUser.isEmpty()) {
            return FileSystem.newInstance(uri, configuration);
        }
        try {
            return UserGroupInformation.createProxyUser(proxyUser, UserGroupInformation.getLoginUser())
                    .doAs((java.security.PrivilegedExceptionAction<FileSystem>)
                            () -> FileSystem.newInstance(uri, configuration));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to " + uri, interrupted);
        }
    }

    /** Gives a complete file its final name. */
    void rename(String inUse, String target) throws IOException {
        FileSystem system = of(inUse);
        if (system.rename(new Path(inUse), new Path(target)) || !system.exists(new Path(inUse))) {
            openFiles.finish(inUse);
            return;
        }
        throw new IOException(
                inUse + " cannot get its final name " + target + ". Fix: see whether that file is there already");
    }

    @Override
    public void close() {
        for (FileSystem system : systems.values()) {
            try {
                system.close();
            } catch (IOException alreadyGone) {
                log.debug("closing {}: {}", system.getUri(), alreadyGone.toString());
            }
        }
        systems.clear();
    }
}
