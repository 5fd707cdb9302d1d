package io.polder.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of models, and their forecasts on the map, in a real browser. */
final class ModelPagesTest {
    /** Of the ramp, in light colours: below 20 km/h, and from 20 to 40. */
    private static final String SLOWEST = "rgb(138, 11, 76)";

    private static final String SLOW = "rgb(194, 51, 15)";

    @TempDir
    private Path folder;

    private static Chromium chromium;

    private final List<String> complaints = new ArrayList<>();
    private SampleModels models;
    private WebFixture web;
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void open() {
        web = new WebFixture(folder);
        web.program.commit(FakeProgram.row(1, 0, 12), FakeProgram.row(2, 0, 95), FakeProgram.row(3, 0, null));
        see(1280, ColorScheme.LIGHT);
    }

    private void see(int width, ColorScheme mode) {
        models = new SampleModels();
        context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 900)
                        .setColorScheme(mode));
        page = context.newPage();
        page.onPageError(complaints::add);
        models.answer(page);
    }

    @AfterEach
    void close() {
        context.close();
        web.close();
        assertThat(complaints).isEmpty();
    }

    private Locator at(String name) {
        return page.locator("[data-test=" + name + "]");
    }

    private void go(String path) {
        page.navigate(web.at("/#/" + path).toString());
    }

    // ---- the list

    @Test
    void theListSaysHowEachModelDoesBesideTheBestBaseline() {
        go("models");

        assertThat(at("model-state")).hasText("forecasts");
        assertThat(at("models")).containsText("Off, last day");
        assertThat(at("models")).containsText("the last value");
        assertThat(at("models")).containsText("the trees");
        assertThat(at("model-age")).hasText(Pattern.compile("\\d+ (s|min) ago"));
        assertAccessible("list");
    }

    @Test
    void aTrainingIsAskedForAndSeen() {
        go("models");
        at("train").click();

        assertThat(page.getByRole(AriaRole.PROGRESSBAR)).hasAttribute("aria-valuenow", "35");
        assertThat(at("train")).isDisabled();
        assertThat(models.asked).contains("POST models/speed/train");
    }

    @Test
    void withoutAModelThePageSaysHowToWriteOne() {
        models.isThere = false;
        go("models");

        assertThat(at("no-models")).containsText("models:");
        assertAccessible("no models");
    }

    // ---- one model

    @Test
    void oneSentenceSaysHowGoodItIs() {
        go("models");
        at("model").click();

        assertThat(at("verdict")).hasText("On average 3.1 km/h off 15 minutes ahead; the last value is 4.0 off.");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("in 60 min"))
                .click();
        assertThat(at("verdict")).containsText("1 hour ahead");
        assertThat(page).hasURL(Pattern.compile("ahead=60"));
        assertThat(at("by-ahead")).containsText("what is usual");
        assertThat(at("coverage")).containsText("90 were promised to lie within their interval, and 88 did");
        assertThat(at("by-day")).containsText("the trees");
        assertThat(at("model-events")).containsText("took over");
        at("model-provenance").locator("summary").click();
        assertThat(at("model-provenance")).containsText("\"seed\": 1");
    }

    @Test
    void aPointIsFoundByItsNameAndItsForecastIsExplained() {
        go("models/speed");
        // The point that changes most comes first.
        assertThat(at("point-name")).containsText("Point 2");

        at("point-search").fill("point 1");
        page.keyboard().press("Enter");

        assertThat(at("point-name")).containsText("Point 1");
        assertThat(page).hasURL(Pattern.compile("point=1"));
        assertThat(at("outlook-value")).containsText("7.5 to 26, 90 times in 100");
        assertThat(at("why")).containsText("its neighbours");
        assertThat(at("why").locator("li")).hasCount(5);
        at("forecast-chart").locator("svg").focus();
        page.keyboard().press("ArrowLeft");
        assertThat(at("forecast-chart")).containsText("not observed yet");
    }

    @Test
    void whatItLooksAtIsShownOneByOne() {
        go("models/speed");
        assertThat(at("dependence")).containsText("“time of day”");

        at("feature").selectOption("rain");

        assertThat(at("dependence")).containsText("“rain” is set to each value");
        at("dependence").locator("svg[role=img]").focus();
        page.keyboard().press("ArrowRight");
        assertThat(at("dependence").locator(".place")).hasText("0");
        assertThat(at("dependence").locator("svg[role=img]")).isFocused();
        assertAccessible("features");
    }

    @Test
    void chartsAreReadByTheKeyboard() {
        go("models/speed");
        at("by-hour").locator("svg[role=img]").focus();
        page.keyboard().press("ArrowRight");
        page.keyboard().press("ArrowRight");

        assertThat(at("by-hour").locator(".place")).hasText("1 h");
    }

    @Test
    void aModelThatWaitsSaysWhatIsMissing() {
        models.state = "waiting";
        models.isScored = false;
        models.madeAt = null;
        go("models/speed");

        assertThat(at("model-state")).hasText("waiting for history");
        assertThat(at("verdict")).containsText("Nothing was forecast");
        assertThat(at("no-scores")).isVisible();
        assertAccessible("waits");
    }

    @Test
    void aModelThatFellBehindIsMarkedByWordAndShape() {
        models.state = "behind";
        go("models/speed");

        assertThat(at("model-state")).hasText("behind: a baseline stands in");
        assertThat(at("model-state").locator("svg")).isVisible();
    }

    @Test
    void anOldForecastIsCalledStale() {
        models.madeAt = SampleModels.MADE.minus(Duration.ofHours(2));
        go("models/speed");

        assertThat(at("model-age")).containsText("stale");
    }

    @Test
    void whatDoesNotAnswerIsSaidAndGoesOn() {
        models.failsWith = 503;
        go("models/speed");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("does not answer");

        models.failsWith = 0;
        assertThat(at("verdict"))
                .isVisible(new com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions()
                        .setTimeout(20_000));
    }

    @Test
    void aModelThatIsNotThereIsSaid() {
        go("models/nothing");

        assertThat(page.getByText("There is no model “nothing”")).isVisible();
    }

    @ParameterizedTest
    @CsvSource({"1440, DARK", "820, LIGHT", "390, DARK"})
    void nothingStandsOutOfThePage(int width, ColorScheme mode) {
        context.close();
        see(width, mode);
        go("models/speed");
        assertThat(at("why").locator("li")).hasCount(5);

        assertThat(page.evaluate("() => ['.model-page', '#content', 'polder-app'].every(one =>"
                        + " document.querySelector(one).scrollWidth <= Math.min(innerWidth,"
                        + " document.querySelector(one).clientWidth) + 1)"))
                .isEqualTo(true);
        assertAccessible(mode + " " + width);
    }

    // ---- the map

    @Test
    void theMapShowsWhatIsForecastAndSaysSo() {
        go("map");
        awaitColour("2", "rgb(42, 127, 196)");

        page.locator("[data-ahead='15']").click();

        awaitColour("1", SLOWEST);
        awaitColour("2", "rgb(109, 143, 142)");
        assertThat(at("forecast-label")).hasText("Forecast");
        assertThat(at("forecast-stamp")).containsText("09:00 to 09:15");
        assertThat(at("said-by")).containsText("Made at 09:00 by the trees, not measured. Usually 3.1 km/h off.");
        assertThat(at("clock")).hasText("09:15");
        assertThat(page).hasURL(Pattern.compile("in=15"));
        assertAccessible("forecast on the map");

        page.locator("[data-ahead='30']").click();
        awaitColour("1", SLOW);
        page.locator("[data-ahead='now']").click();
        awaitColour("2", "rgb(42, 127, 196)");
        assertThat(at("forecast-label")).hasCount(0);
    }

    @Test
    void aLinkOpensTheMapAtAForecastWithThePointAndWhy() {
        go("map/live?in=60&point=1");

        assertThat(at("forecast-label")).isVisible();
        assertThat(at("point-outlook")).containsText("in 1 hour");
        assertThat(at("point-outlook")).containsText("its neighbours");
    }

    @Test
    void aNewerForecastIsShownAsSoonAsItIsMade() {
        go("map/live?in=15");
        awaitColour("1", SLOWEST);

        models.first = 25;
        models.madeAt = SampleModels.MADE.plusSeconds(900);

        awaitColour("1", SLOW);
        assertThat(at("said-by")).containsText("Made at 09:15");
    }

    @Test
    void beforeTheFirstForecastTheMapSaysWhenItComes() {
        models.madeAt = null;
        go("map/live?in=15");

        assertThat(at("said-by")).containsText("There is no forecast yet");
        awaitColour("1", SLOWEST);
    }

    @Test
    void aMapThatNoModelForecastsHasNoSuchChoice() {
        models.isThere = false;
        go("map");
        awaitColour("1", SLOWEST);

        assertThat(at("forecast-choice")).hasCount(0);
    }

    private void awaitColour(String key, String colour) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        page.evaluate("key => window.polder?.map?.size() > 0 ? polder.map.colourOf(key) : ''", key))
                .isEqualTo(colour));
    }

    private void assertAccessible(String state) {
        assertThat(new AxeBuilder(page).analyze().getViolations())
                .as(state)
                .extracting(violation -> violation.getId() + ": " + violation.getNodes())
                .isEmpty();
    }
}
