package io.polder.agent.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.polder.agent.Sink;
import io.polder.agent.SinkContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink on a real HDFS: a name node and a data node in this process. */
final class HdfsClusterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    static Path disk;

    private static MiniDFSCluster cluster;
    private static FileSystem hdfs;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disk.toString());
        configuration.setInt("dfs.replication", 1);
        configuration.setInt("dfs.namenode.safemode.extension", 0);
        cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        cluster.waitActive();
        hdfs = cluster.getFileSystem();
    }

    @AfterAll
    static void stop() {
        cluster.shutdown(true);
    }

    @Test
    void rolledFilesAreComplete() throws Exception {
        try (Sink sink = started("rolled", Map.of())) {
            Delivery.deliver(sink, Delivery.events(0, 25));

            assertThat(names("rolled"))
                    .filteredOn(name -> name.endsWith(".tmp"))
                    .hasSize(1);
        }
        assertThat(names("rolled")).hasSize(3).noneMatch(name -> name.endsWith(".tmp"));
        assertThat(lines("rolled")).containsExactlyElementsOf(expected(25));
    }

    @Test
    void whatIsDeliveredCanBeReadBeforeTheFileIsComplete() throws Exception {
        try (Sink sink = started("open", Map.of())) {
            Delivery.deliver(sink, Delivery.events(0, 3));

            assertThat(lines("open")).containsExactlyElementsOf(expected(3));
        }
    }

    @Test
    void aKilledAgentsOpenFileIsRecovered() throws Exception {
        Map<String, String> keys = keys("killed", Map.of("hdfs.rollCount", "0", "hdfs.rollSize", "0"));
        int delivered = Killed.after(200, folder, keys);
        assertThat(names("killed")).singleElement().asString().endsWith(".tmp");

        try (Sink sink = started("killed", keys)) {
            await().atMost(PATIENCE).until(() -> names("killed").stream().noneMatch(name -> name.endsWith(".tmp")));
            Delivery.deliver(sink, Delivery.events(0, 1));
        }
        assertThat(lines("killed")).containsAll(expected(delivered));
    }

    @Test
    void aNameNodeThatIsDownIsNamedAndWhenItIsBackEverythingArrives() throws Exception {
        try (Sink sink = started("down", Map.of())) {
            Delivery.deliver(sink, Delivery.events(0, 10));
            String left = names("down").get(0);
            int port = cluster.getNameNodePort();
            cluster.shutdownNameNode(0);
            try {
                // The eleventh event needs a new file.
                assertThatThrownBy(() -> Delivery.deliver(sink, Delivery.events(10, 10)))
                        .hasMessageContaining(Integer.toString(port));
            } finally {
                cluster.restartNameNode(0, true);
            }
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> Delivery.deliver(sink, Delivery.events(10, 10)));

            await().atMost(PATIENCE).until(() -> names("down").contains(left.replace(".tmp", "")));
        }
        assertThat(lines("down")).containsAll(expected(20));
        assertThat(names("down")).noneMatch(name -> name.endsWith(".tmp"));
    }

    // ---- the files

    private Sink started(String name, Map<String, String> keys) {
        SinkContexts.Made made = SinkContexts.hdfs(folder, keys(name, keys));
        assertThat(made.problems()).isEmpty();
        made.sink().start();
        return made.sink();
    }

    private static Map<String, String> keys(String name, Map<String, String> more) {
        Map<String, String> keys =
                new HashMap<>(Map.of("hdfs.path", cluster.getURI() + "/" + name, "hdfs.fileType", "DataStream"));
        keys.putAll(more);
        return keys;
    }

    private static List<String> names(String name) throws IOException {
        List<String> names = new ArrayList<>();
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path("/" + name);
        for (FileStatus file : hdfs.listStatus(path)) {
            names.add(file.getPath().getName());
        }
        return names;
    }

    private static List<String> lines(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String file : names(name)) {
            try (FSDataInputStream in = hdfs.open(new org.apache.hadoop.fs.Path("/" + name + "/" + file))) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(lines::add);
            }
        }
        return lines;
    }

    private static List<String> expected(int count) {
        return IntStream.range(0, count).mapToObj(number -> "event " + number).toList();
    }
}
