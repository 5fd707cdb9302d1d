package io.polder.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.polder.agent.Agent;
import io.polder.agent.http.MetricsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of an agent that runs without a mart, in a real browser, over a real agent one of whose sinks is down. */
class AgentScreenTest {
    private final List<String> complaints = new ArrayList<>();

    @TempDir
    private Path home;

    private Chromium chromium;
    private Agent agent;
    private MetricsServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        chromium = Chromium.start();
        port = freePort();
        Path file = Files.writeString(
                home.resolve("flume.properties"),
                "a.sources = r\na.channels = c d\na.sinks = k l\na.sources.r.type = http\na.sources.r.bind = 127.0.0.1\n"
                        + "a.sources.r.port = " + port + "\na.sources.r.channels = c d\n"
                        + "a.channels.c.type = memory\na.channels.d.type = memory\na.channels.d.keep-alive = 0\n"
                        + "a.sinks.k.type = null\na.sinks.k.channel = c\na.sinks.l.channel = d\na.sinks.l.type = avro\n"
                        + "a.sinks.l.hostname = 127.0.0.1\na.sinks.l.port = " + freePort() + "\n");
        agent = Agent.read(file, "a", home, name -> null, InstantSource.system());
        agent.start();
        server = MetricsServer.open(
                "127.0.0.1", 0, agent::metrics, new AgentScreen(agent::metrics, InstantSource.system()));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        if (agent != null) {
            agent.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void itDrawsTheAgentFollowsWhatFlowsAndNamesWhatHoldsItUp() throws Exception {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (BrowserContext context = chromium.browser()
                    .newContext(
                            new Browser.NewContextOptions().setBypassCSP(false).setColorScheme(scheme))) {
                look(context.newPage());
            }
        }
        assertThat(complaints).isEmpty();
    }

    private void look(Page page) throws Exception {
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.navigate("http://127.0.0.1:" + server.port() + "/");
        Locator drawn = page.locator("[data-pipeline='agent/a']");

        assertThat(drawn.locator("[data-kind=source] .part h4")).containsText("r");
        assertThat(drawn.locator("[data-kind=channel] .part")).hasCount(2);
        assertThat(drawn.locator("[data-kind=sink] .part")).hasCount(2);
        assertThat(drawn.locator(".pipeline-links path.drops").first()).isAttached();

        // Until the channel before the sink that is down is full.
        HttpClient client = HttpClient.newHttpClient();
        int status = 200;
        while (status == 200) {
            status = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                    .POST(HttpRequest.BodyPublishers.ofString("[{\"body\":\"1\"},{\"body\":\"2\"}]"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }

        // By push, without a reload.
        assertThat(drawn.locator("[data-test=why]")).containsText("l sink: 127.0.0.1:");
        assertThat(drawn.locator("[data-test=why]")).containsText("channel full since");
        assertThat(drawn.locator("[role=meter][aria-valuenow='100']")).hasCount(1);
        assertThat(drawn.locator("[data-kind=sink] [data-test=failures][data-some]"))
                .hasCount(1);
        assertThat(page.locator("[data-test=summary]")).isVisible();
        assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
