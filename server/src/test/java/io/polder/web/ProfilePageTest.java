package io.polder.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.polder.config.Rule;
import io.polder.profile.SampleTableProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of a table's profile, in a real browser. */
final class ProfilePageTest {
    @TempDir
    private Path folder;

    private static Chromium chromium;

    private final List<String> complaints = new ArrayList<>();
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
        web.program.profile = SampleTableProfile.of("traffic");
        web.program.history = SampleTableProfile.history("traffic");
        web.program.rules.add(new Rule("plausible", "speed", "speed <= 250", Rule.OnViolation.NULLIFY));
        web.program.run("INSERT INTO polder.violations VALUES ('traffic', 'plausible', '2026-03-02 08:00:00', 3)");
        see(1280, ColorScheme.LIGHT);
    }

    private void see(int width, ColorScheme mode) {
        context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, 900)
                        .setColorScheme(mode));
        page = context.newPage();
        page.onPageError(complaints::add);
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

    @Test
    void theProfileIsShownWithItsColumnsAlertsAndHistory() {
        page.navigate(web.at("/#/tables").toString());
        at("profile").first().click();

        assertThat(at("profile-overview")).containsText("300");
        assertThat(at("profile-column")).hasCount(4);
        assertThat(at("profile-alerts")).containsText("unlike other days");
        assertThat(at("profile-history").locator("polder-profile-chart").first())
                .containsText("60");
        assertThat(at("exactness")).containsText("uid");
        assertThat(at("privacy")).containsText("phone");
        assertThat(page.locator("body")).not().containsText("(205)325");

        Locator speed = page.locator(".profile-column[data-column=speed]");
        speed.locator("summary").click();
        assertThat(speed).containsText("Median");
        assertThat(speed.locator("polder-profile-chart")).hasCount(6);
        assertAccessible("light");
    }

    @Test
    void whetherTwoColumnsDependIsOneClick() {
        page.navigate(web.at("/#/tables/traffic").toString());
        page.getByLabel("first column").selectOption("uid");
        page.getByLabel("second column").selectOption("speed");

        at("pair").click();

        assertThat(at("pair-answer")).containsText("Spearman’s ρ 0.98");
    }

    @Test
    void whatHasChangedIsOneClick() {
        page.navigate(web.at("/#/tables/traffic").toString());

        at("compare").first().click();

        assertThat(at("compare-answer")).containsText("1 of 2 have drifted");
        assertThat(at("drifts").first()).containsText("median 80 → 20");
        at("compare-free").click();
        assertThat(at("compare-form").locator("input")).hasCount(4);
        at("compare-form").locator("button").click();
        assertThat(at("compare-answer")).containsText("1 of 2 have drifted");
        assertAccessible("changes");
    }

    @Test
    void theRowsOfOutliersAreOneClick() {
        page.navigate(web.at("/#/tables/traffic").toString());
        page.locator(".profile-column[data-column=speed] summary").click();

        at("outliers").click();

        assertThat(at("outlier-rows")).hasCount(2);
        assertThat(at("outlier-rows").first()).containsText("29, 2026-03-02T08:00:00Z");
        assertAccessible("outliers");
        page.waitForRequest(
                request -> request.url().contains("at=2026-02-23T07"),
                () -> at("unusual-slices").locator("button").click());
    }

    @Test
    void aSuggestedRuleIsSwitchedOnAndOffAgain() {
        page.navigate(web.at("/#/tables/traffic").toString());
        assertThat(at("rules-on").locator("li")).hasCount(1);
        assertThat(at("rules-on")).containsText("3");
        Locator range = at("rules-suggested").locator("li").filter(new Locator.FilterOptions().setHasText("BETWEEN"));
        range.first().locator("select").selectOption("mark");

        range.first().locator("button").click();

        assertThat(at("rules-on").locator("li")).hasCount(2);
        assertThat(at("rules-on")).containsText("marked");
        assertThat(web.program.rules).last().satisfies(rule -> {
            assertThat(rule.onViolation()).isEqualTo(Rule.OnViolation.MARK);
            assertThat(rule.check()).contains("BETWEEN");
        });

        at("rules-on").locator("button").click();
        assertThat(at("rules-on").locator("li")).hasCount(1);
    }

    @Test
    void rulesOfAnotherLogAreWarnedOf() {
        web.program.rulesOfAnotherLog = Optional.of("Table traffic: they are of another log. Fix: remove rules.yaml");

        page.navigate(web.at("/#/tables/traffic").toString());

        assertThat(at("rules-warning")).containsText("remove rules.yaml");
        assertAccessible("rules-warning");
    }

    @Test
    void aRuleOverSeveralRowsIsWatched() {
        page.navigate(web.at("/#/tables/traffic").toString());
        page.getByText("that no single row can break").last().click();

        at("watch").first().click();

        assertThat(at("watched")).containsText("broken by 29");
        assertAccessible("watched");
        at("watched").locator("button").click();
        assertThat(at("watched")).hasCount(0);
    }

    @Test
    void aTableWithoutRowsSaysWhatItWaitsFor() {
        web.program.profile = null;
        page.navigate(web.at("/#/tables/traffic").toString());

        assertThat(at("profile-waits")).containsText("waits for its first rows");
        assertAccessible("empty");
        web.program.profile = SampleTableProfile.of("traffic");
        assertThat(at("profile-overview")).isVisible();
    }

    @Test
    void aTableThatIsNotThereIsSaid() {
        page.navigate(web.at("/#/tables/nothing").toString());

        assertThat(page.getByRole(com.microsoft.playwright.options.AriaRole.ALERT))
                .containsText("nothing");
    }

    @Test
    void tablesAreSearched() {
        page.navigate(web.at("/#/tables").toString());
        at("table-search").fill("decimal");

        assertThat(at("hits")).containsText("speed");
        assertThat(page).hasURL(java.util.regex.Pattern.compile(".*find=decimal.*"));
    }

    @ParameterizedTest
    @CsvSource({"1440, DARK", "820, LIGHT", "390, DARK"})
    void nothingStandsOutOfThePage(int width, ColorScheme mode) {
        context.close();
        see(width, mode);
        page.navigate(web.at("/#/tables/traffic").toString());
        assertThat(at("profile-column")).hasCount(4);
        page.locator(".profile-column[data-column=speed] summary").click();

        assertThat(page.evaluate("() => document.querySelector('.profile-page').scrollWidth"
                        + " <= document.querySelector('.profile-page').clientWidth + 1"))
                .isEqualTo(true);
        assertAccessible(mode + " " + width);
    }

    private void assertAccessible(String state) {
        assertThat(new AxeBuilder(page).analyze().getViolations())
                .as(state)
                .extracting(violation -> violation.getId() + ": " + violation.getNodes())
                .isEmpty();
    }
}
