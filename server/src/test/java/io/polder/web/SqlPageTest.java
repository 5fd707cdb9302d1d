package io.polder.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.ColorScheme;
import io.polder.query.QueriesFixture;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The screen's page about SQL, in a real browser over a real store. */
final class SqlPageTest {
    private static final String ENDLESS = "SELECT count(*) FROM numbers a, numbers b WHERE (a.n * b.n) % 7 = 3";

    @TempDir
    private static Path folder;

    @TempDir
    private static Path webFolder;

    private static Chromium chromium;
    private static QueriesFixture fixture;
    private static WebFixture web;

    private final List<String> complaints = new ArrayList<>();
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        fixture = new QueriesFixture(folder);
        web = new WebFixture(webFolder);
        web.program.queries = fixture.queries;
    }

    @AfterAll
    static void stop() {
        if (chromium != null) {
            web.close();
            fixture.close();
            chromium.close();
        }
    }

    @BeforeEach
    void open() {
        context = chromium.browser().newContext();
        page = context.newPage();
        page.onPageError(complaints::add);
    }

    @AfterEach
    void close() {
        context.close();
        assertThat(complaints).isEmpty();
    }

    private void go(String query) {
        page.navigate("about:blank");
        page.navigate(web.at("/#/sql" + query).toString());
    }

    private static String asked(String sql) {
        return "?q=" + URLEncoder.encode(sql, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Locator at(String name) {
        return page.locator("[data-test=" + name + "]");
    }

    private void run(String sql) {
        at("sql").fill(sql);
        at("run").click();
    }

    @Test
    void wordsAreCompletedAsTheyAreTyped() {
        go("");
        assertThat(at("tables")).containsText("readings");
        at("sql").pressSequentially("SELECT r.");
        assertThat(at("proposals")).hasCount(0);
        at("sql").fill("SELECT r. FROM readings r");
        at("sql").evaluate("area => area.setSelectionRange(9, 9)");

        at("sql").pressSequentially("sp");
        assertThat(at("proposals").locator("[aria-selected=true]")).containsText("r.speed");
        page.keyboard().press("Enter");
        assertThat(at("sql")).hasValue("SELECT r.speed FROM readings r");

        page.keyboard().press("End");
        page.keyboard().type(" WHERE dayofw");
        page.keyboard().press("Tab");
        assertThat(at("sql")).hasValue("SELECT r.speed FROM readings r WHERE dayofweek(");
        page.keyboard().press("Control+z");
        assertThat(at("sql")).hasValue("SELECT r.speed FROM readings r WHERE dayofw");
        page.keyboard().type(" 'rea");
        assertThat(at("proposals")).hasCount(0);
    }

    @Test
    void aWrongWordIsMarkedWhereItStands() {
        go("");
        run("SELECT 1;\nSELECT uid,\n  nosuch\nFROM readings");
        // The cursor is in the second statement.
        assertThat(at("wrong")).hasText("nosuch");
        assertThat(at("sql-error")).containsText("line 2, column 3");
        assertThat(at("sql")).hasAttribute("aria-invalid", "true");

        at("explain").click();
        assertThat(at("wrong")).hasText("nosuch");

        at("sql").fill("SELECT uid FROM readings");
        assertThat(at("wrong")).hasCount(0);
        page.keyboard().press("Control+Enter");
        assertThat(at("answer").locator("tbody tr")).hasCount(1000);
        assertThat(at("sql-error")).hasCount(0);
    }

    @Test
    void allStatementsAreAnswered() {
        go(asked("SHOW TABLES LIKE 'read*'"));
        assertThat(at("answer").locator("tbody")).hasText("readings");

        run("DESCRIBE traffic");
        assertThat(at("answer").locator("tbody tr").first()).hasText("uid bigint key".replace(" ", ""));
        run("SET timezone='Europe/Brussels'");
        assertThat(at("done")).hasText("Done.");
        assertThat(at("options")).containsText("timezone = Europe/Brussels");
        run("SELECT from_unixtime(1498867200), CAST(NULL AS STRING)");
        assertThat(at("answer").locator("tbody")).hasText("2017-07-01 02:00:00NULL");
        run("SELECT uid FROM readings WHERE uid < 0");
        assertThat(at("no-rows")).isVisible();
        run("SELECT count(*) FROM numbers");
        at("explain").click();
        assertThat(at("plan")).containsText("RANGE");
        assertThat(at("plan")).containsText("\n");
        at("dialect").selectOption("engine");
        run("SELECT 7 // 2 AS three");
        assertThat(at("answer").locator("tbody")).hasText("3");
        assertThat(page).hasURL(Pattern.compile("d=engine"));
        assertThat(at("explain")).isDisabled();
    }

    @Test
    void anAnswerIsDrawnAndALinkOpensItAgain() {
        go(asked("SELECT time, speed, third FROM readings"));
        at("as-chart").click();
        assertThat(at("chart").locator("path.line")).hasCount(2);
        at("chart-y").selectOption("speed");
        assertThat(at("chart").locator("path.line")).hasCount(1);
        String link = page.url();

        page.navigate("about:blank");
        page.navigate(link);
        assertThat(at("chart").locator("path.line")).hasCount(1);
        assertThat(at("sql")).hasValue("SELECT time, speed, third FROM readings");

        run("SELECT name, -uid AS below, uid FROM readings ORDER BY uid LIMIT 3");
        assertThat(at("chart").locator("tbody tr")).hasCount(3);
        run("SELECT name FROM readings");
        assertThat(at("no-chart")).isVisible();
    }

    @Test
    void aLongQueryShowsHowFarItIsAndIsCancelled() {
        go("");
        run(ENDLESS);
        assertThat(at("progress")).containsText("%");
        assertThat(fixture.queries.executions()).hasSize(1);

        at("cancel").click();

        assertThat(at("run")).isEnabled();
        assertThat(at("progress")).hasCount(0);
        assertThat(at("sql-error")).hasCount(0);
        await().until(() -> fixture.queries.executions().isEmpty());
    }

    @Test
    void whoLeavesThePageLeavesNoQueryBehind() {
        go(asked(ENDLESS));
        assertThat(at("progress")).isVisible();

        page.locator("[data-test=page-feeds]").click();

        await().until(() -> fixture.queries.executions().isEmpty());
    }

    @Test
    void aLinkChangesNoRows() {
        go(asked("DELETE FROM traffic"));
        assertThat(at("sql")).hasValue("DELETE FROM traffic");
        assertThat(at("run")).isEnabled();
        assertThat(web.program.written).isEmpty();
    }

    @Test
    void anAnswerIsDownloadedWholeInEachFormat() throws IOException {
        go(asked("SELECT n FROM numbers LIMIT 5000"));
        assertThat(at("count")).containsText("The first 1,000 rows");
        for (String end : List.of("csv", "ndjson", "arrows", "parquet")) {
            page.locator("[data-test=download] summary").click();
            Download file = page.waitForDownload(() -> at("as-" + end).click());

            assertThat(file.suggestedFilename()).isEqualTo("flanders." + end);
            assertThat(Files.size(file.path())).as(end).isGreaterThan(4_000);
        }
    }

    @Test
    void aQueryIsSavedInTheBrowser() {
        go("");
        at("sql").fill("SELECT 40 + 2 AS answer");
        page.onDialog(dialog -> dialog.accept("The answer"));
        at("save").click();

        go("");
        page.locator("[data-test=saved] summary").click();
        at("saved").getByText("The answer").click();
        assertThat(at("sql")).hasValue("SELECT 40 + 2 AS answer");
        page.locator("[data-test=saved] summary").click();
        page.getByLabel("Forget The answer").click();
        assertThat(at("saved")).containsText("None yet");
    }

    @Test
    void drawingsMayBeASecondOldAndStatementsMayNot() throws IOException {
        Request drawing = page.waitForRequest("**/api/sql", () -> {
            page.navigate(web.at("/#/map").toString());
            web.program.commit(FakeProgram.row(1, 0, 12));
        });
        Request statement = page.waitForRequest("**/api/sql", () -> go(asked("SELECT 1")));

        ObjectMapper json = new ObjectMapper();
        assertThat(json.readTree(drawing.postData()).path("max_age").asInt()).isEqualTo(1);
        assertThat(json.readTree(statement.postData()).has("max_age")).isFalse();
    }

    @Test
    void nothingStandsInTheWayOfReadersAndKeyboards() {
        for (ColorScheme mode : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(mode));
            go(asked("SELECT time, name, speed, third FROM readings LIMIT 20 -- some"));
            assertThat(at("answer")).isVisible();
            assertAccessible(mode + " table");
            at("as-chart").click();
            assertThat(at("chart")).isVisible();
            assertAccessible(mode + " chart");
            at("sql").fill("");
            at("sql").pressSequentially("SELECT ui");
            assertThat(at("proposals")).isVisible();
            assertAccessible(mode + " proposals");
            run("SELECT nosuch FROM readings");
            assertThat(at("sql-error")).isVisible();
            assertAccessible(mode + " wrong");
        }
    }

    private void assertAccessible(String state) {
        assertThat(new AxeBuilder(page).analyze().getViolations())
                .as(state)
                .extracting(violation -> violation.getId() + ": " + violation.getNodes())
                .isEmpty();
    }
}
