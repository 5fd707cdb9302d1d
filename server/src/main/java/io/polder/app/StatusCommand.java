package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.polder.record.ErrorCode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows how a running mart is doing. */
@Command(
        name = "status",
        description = "Shows how the feeds and tables of the running mart are doing.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder status                the mart of this folder",
            "  ./polder status --home DIR     the mart whose state is in DIR",
            "",
            "Exit code 1 when no mart is running, or when it is not well."
        })
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Client client = Client.of(home.here());
        JsonNode mart = client.get("/api/mart");
        JsonNode health = client.get("/health");
        Running running = client.running();
        out.println(mart.path("name").asText() + " at " + running.url() + ", process " + running.pid() + ", since "
                + running.started() + (mart.path("simulated").asBoolean() ? ", SIMULATED data" : ""));
        out.println("health: " + health.path("status").asText());
        health.path("reasons").forEach(reason -> out.println("  " + reason.asText()));
        out.println();
        feeds(client.get("/api/feeds").path("feeds")).printTo(out);
        out.println();
        tables(client.get("/api/tables").path("tables")).printTo(out);
        out.flush();
        return health.path("status").asText().equals("ok") ? 0 : ErrorCode.UNAVAILABLE.exitCode();
    }

    private static Grid feeds(JsonNode feeds) {
        Grid grid = new Grid("feed", "kind", "state", "rate", "lag", "logged", "rejected", "last error");
        for (JsonNode feed : feeds) {
            grid.add(
                    feed.path("name").asText(),
                    feed.path("kind").asText(),
                    feed.path("state").asText(),
                    number(feed.path("rate")) + "/s",
                    feed.path("lagSeconds").isNumber() ? number(feed.path("lagSeconds")) + " s" : "",
                    feed.path("totals").path("logged").asText(),
                    feed.path("totals").path("rejected").asText(),
                    feed.path("lastError").asText(""));
        }
        return grid;
    }

    private static Grid tables(JsonNode tables) {
        Grid grid = new Grid("table", "state", "rows", "lag", "fresh p50", "p99", "rejected", "too late");
        for (JsonNode table : tables) {
            JsonNode freshness = table.path("freshness");
            grid.add(
                    table.path("name").asText(),
                    table.path("state").asText(),
                    table.path("rows").asText(),
                    number(table.path("lagSeconds")) + " s",
                    freshness.path("p50").isNumber() ? freshness.path("p50").asText() + " ms" : "",
                    freshness.path("p99").isNumber() ? freshness.path("p99").asText() + " ms" : "",
                    table.path("totals").path("rejected").asText(),
                    table.path("totals").path("tooLate").asText());
        }
        return grid;
    }

    private static String number(JsonNode number) {
        return String.format(Locale.ROOT, "%.1f", number.asDouble());
    }
}
