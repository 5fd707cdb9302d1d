package io.polder.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The screen in a real browser, over the real web server and a store in memory. */
class ScreenTest {
    private static Chromium chromium;

    private final List<String> complaints = new ArrayList<>();
    private WebFixture fixture;
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void startChromium() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopChromium() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void open(@TempDir Path folder) {
        fixture = new WebFixture(folder);
        fixture.program.commit(FakeProgram.row(1, 0, 12), FakeProgram.row(2, 0, 95), FakeProgram.row(3, 0, null));
        context = chromium.browser().newContext(new Browser.NewContextOptions().setBypassCSP(false));
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
    }

    @AfterEach
    void close() {
        context.close();
        fixture.close();
    }

    @TestFactory
    List<DynamicTest> itsModels() {
        page.route("**/screen/*.js", ScreenTest::fulfil);
        page.navigate(at("/basemap/places.json"));
        @SuppressWarnings("unchecked")
        Map<String, String> outcomes = (Map<String, String>) page.evaluate("""
                async () => {
                  const { sentences } = await import('/screen/sentences.js');
                  const outcomes = {};
                  for (const [sentence, claim] of Object.entries(sentences)) {
                    outcomes[sentence] = await (async () => claim())().then(() => '', (wrong) => wrong.message);
                  }
                  return outcomes;
                }""");

        assertThat(outcomes).isNotEmpty();
        return outcomes.entrySet().stream()
                .map(outcome -> DynamicTest.dynamicTest(
                        outcome.getKey(), () -> assertThat(outcome.getValue()).isEmpty()))
                .toList();
    }

    @Test
    void pointsChangeTheirColourWhenACommitBringsAnotherValue() {
        page.navigate(at("/#/map"));
        awaitColour("1", "rgb(138, 11, 76)");
        awaitColour("2", "rgb(42, 127, 196)");

        fixture.program.commit(FakeProgram.row(1, 1, 95));

        awaitColour("1", "rgb(42, 127, 196)");
        // What is painted goes from one colour to the other in a moment.
        page.waitForFunction("() => String(polder.map.paintedColourOf('1')) === '42,127,196,255'");
        assertThat(page.locator("[data-test=clock]")).hasText("09:01");
        assertThat(complaints).isEmpty();
    }

    @Test
    void aPointIsOpenedByAClickAndLeadsToItsRawEvent() {
        page.navigate(at("/#/map"));
        awaitColour("1", "rgb(138, 11, 76)");
        // Its colour is known before it is painted, and until then the map may move.
        page.waitForFunction("() => String(polder.map.paintedColourOf('1')) === '138,11,76,255'");
        @SuppressWarnings("unchecked")
        List<Number> pixel = (List<Number>) page.evaluate("polder.map.pixelOf('1')");

        page.mouse().click(pixel.get(0).doubleValue(), pixel.get(1).doubleValue());

        assertThat(page.locator("#point-panel [data-test=point-name]")).hasText("Point 1");
        assertThat(page.locator("#point-panel [data-test=point-value]")).hasText("12");
        assertThat(page).hasURL(Pattern.compile("point=1"));
        page.locator("[data-test=raw-event]").click();
        assertThat(page.locator("#raw-event [data-test=event-topic]")).hasText("traffic");
        assertThat(page.locator("#raw-event [data-test=event-value]")).not().isEmpty();
        page.keyboard().press("Escape");
        assertThat(page.locator("#raw-event")).hasCount(0);
        page.keyboard().press("Escape");
        assertThat(page.locator("#point-panel")).hasCount(0);
        assertThat(complaints).isEmpty();
    }

    @Test
    void theKeyboardFindsAPointAndGoesToItsNeighbour() {
        page.navigate(at("/#/map"));
        awaitColour("1", "rgb(138, 11, 76)");

        page.keyboard().press("/");
        page.keyboard().type("point 1");
        page.keyboard().press("Enter");
        assertThat(page.locator("[data-test=point-name]")).hasText("Point 1");
        assertThat(page.locator(".map-canvas")).isFocused();

        page.keyboard().press("ArrowUp");
        assertThat(page.locator("[data-test=point-name]")).hasText("Point 2");
    }

    @Test
    void aFeedIsPausedAndResumedByItsButton() {
        page.navigate(at("/#/feeds"));
        assertThat(page.locator("[data-feed=traffic] [data-test=state]")).hasText("running");

        page.locator("[data-feed=traffic] [data-test=pause]").click();
        assertThat(page.locator("[data-feed=traffic] [data-test=state]")).hasText("paused");

        page.locator("[data-feed=traffic] [data-test=resume]").click();
        assertThat(page.locator("[data-feed=traffic] [data-test=state]")).hasText("running");
        assertThat(complaints).isEmpty();
    }

    private void is(String condition) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> page.evaluate("Boolean(" + condition + ")"), Boolean.TRUE::equals);
    }

    @Test
    void aSecondLayerIsDrawnBelowTheChosenOneAndStaysWhenTheyChangePlaces(@TempDir Path folder) {
        try (WebFixture two = new WebFixture(folder, 10, """
                  counts:
                    table: traffic
                    position: [lat, lon]
                    colour: vehicles
                    label: name
                    unit: vehicles
                """)) {
            two.program.commit(FakeProgram.row(1, 0, 12), FakeProgram.row(2, 0, 95));
            page.navigate(two.at("/#/map").toString());
            is("polder.map?.size() === 2");
            assertThat(page.evaluate("polder.map.below().length")).isEqualTo(0);

            page.getByLabel("with counts below").check();

            is("polder.map.below()[0]?.painted?.[3] > 0");
            assertThat(page.evaluate("polder.map.below()[0].name + ' ' + polder.map.below()[0].size"))
                    .isEqualTo("counts 2");
            assertThat(page).hasURL(Pattern.compile("with=counts"));
            two.program.commit(FakeProgram.row(4, 0, 50));
            is("polder.map.size() === 3 && polder.map.below()[0].size === 3");

            page.locator("[data-test=layers] a")
                    .filter(new Locator.FilterOptions().setHasText("Counts"))
                    .click();

            assertThat(page.getByLabel("with live below")).isChecked();
            is("polder.map.below()[0]?.name === 'live' && polder.map.below()[0].size === 3");
            page.getByLabel("with live below").uncheck();
            is("polder.map.below().length === 0");
            assertThat(complaints).isEmpty();
        }
    }

    @Test
    void thePipelinesPageFollowsWhatFlowsAndNamesWhatHoldsItUp() {
        page.navigate(at("/#/pipelines"));
        Locator topic = page.locator("[data-pipeline='topic/traffic']");
        assertThat(topic.locator("[data-test=why]")).hasText("Nothing waits.");
        assertThat(topic.locator("[data-part='topic/traffic/source/traffic'] [data-test=rate]"))
                .hasText("71");
        assertThat(topic.locator(".pipeline-links path.drops[data-moving]").first())
                .hasCount(1);
        assertThat(page.locator("[data-test=summary]")).hasText("Nothing is held up");

        fixture.program.agents = List.of(FakeProgram.agent("k sink: broker b:9092 refused since 12:04:10"));

        Locator agent = page.locator("[data-pipeline='agent/a1']");
        assertThat(agent.locator("[data-test=why]")).hasText("k sink: broker b:9092 refused since 12:04:10.");
        assertThat(agent.locator("[data-part='agent/a1/channel/c'] [data-test=fill]"))
                .hasText("84 % full, oldest waits 33 s");
        assertThat(agent.locator("[data-part='agent/a1/sink/k'] [data-test=failures]"))
                .hasText("3 failed");
        assertThat(page.locator("[data-test=summary]")).hasText("1 of 2 held up");
        assertThat(complaints).isEmpty();
    }

    @Test
    void thePipelinesPageSaysWhenThereAreNoneAndWhenTheyCannotBeRead() {
        page.route("**/api/live*", route -> {});
        page.route(
                "**/api/pipelines",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(500)
                        .setContentType("application/problem+json")
                        .setBody("{\"detail\":\"The ledger cannot be read.\"}")));
        page.navigate(at("/#/pipelines"));
        assertThat(page.locator("polder-pipelines-page [role=alert]")).hasText("The ledger cannot be read.");

        page.unroute("**/api/pipelines");
        page.route(
                "**/api/pipelines",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody("{\"pipelines\":[]}")));
        assertThat(page.locator("polder-pipelines-page")).containsText("Nothing flows here yet");
    }

    @Test
    void everyPageSaysThatItsDataAreSimulated() {
        for (String name : List.of("map", "feeds", "pipelines", "tables", "sql")) {
            page.navigate(at("/#/" + name));
            assertThat(page.locator("[data-test=simulated]").first()).isVisible();
        }
    }

    @Test
    void aQuestionInSqlIsAnsweredAndAWrongOneSaysWhere() {
        page.navigate(at("/#/sql"));

        page.locator("[data-test=sql]").fill("SELECT uid, speed FROM traffic ORDER BY uid");
        page.locator("[data-test=run]").click();
        assertThat(page.locator("[data-test=answer] tbody tr")).hasCount(3);

        page.locator("[data-test=sql]").fill("SELECT speeed FROM traffic");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("[data-test=sql-error]")).containsText("speeed");
    }

    @Test
    void whenTheServerIsGoneThePageSaysSoAndKeepsWhatItShowed() {
        page.navigate(at("/#/map"));
        awaitColour("1", "rgb(138, 11, 76)");

        fixture.web.close();

        assertThat(page.locator("[data-test=freshness]")).containsText("Reconnecting");
        assertThat(page.evaluate("polder.map.size()")).isEqualTo(3);
    }

    @Test
    void nothingStandsInTheWayOfReadersAndKeyboards() {
        for (ColorScheme mode : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(mode));
            for (String address : List.of("/#/map?point=1", "/#/feeds", "/#/pipelines", "/#/tables", "/#/sql")) {
                page.navigate("about:blank");
                page.navigate(at(address));
                assertThat(page.locator("[data-test=simulated]").first()).isVisible();

                AxeResults found = new AxeBuilder(page).analyze();

                assertThat(found.getViolations())
                        .as(mode + " " + address)
                        .extracting(violation -> violation.getId() + ": " + violation.getNodes())
                        .isEmpty();
            }
        }
    }

    private String at(String path) {
        return fixture.at("/").resolve(path).toString();
    }

    private void awaitColour(String key, String colour) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        page.evaluate("key => window.polder?.map?.size() > 0 ? polder.map.colourOf(key) : ''", key))
                .isEqualTo(colour));
    }

    private static void fulfil(Route route) {
        String url = route.request().url();
        String name = "/screen/" + url.substring(url.lastIndexOf('/') + 1);
        try (InputStream stream = ScreenTest.class.getResourceAsStream(name)) {
            route.fulfill(
                    new Route.FulfillOptions().setContentType("text/javascript").setBodyBytes(stream.readAllBytes()));
        } catch (IOException broken) {
            throw new UncheckedIOException(name, broken);
        }
    }
}
