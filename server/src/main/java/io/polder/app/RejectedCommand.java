package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what was rejected, or sends it through its feeds again. */
@Command(
        name = "rejected",
        description = {
            "Shows the newest events that were rejected, or replays them.",
            "Each is shown with its reason and its bytes. With --replay those that were not replayed yet are sent"
                    + " through their feeds again."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder rejected              the newest 20 of all topics",
            "  ./polder rejected --topic traffic --limit 100",
            "  ./polder rejected --replay     after the definition was mended"
        })
final class RejectedCommand implements Runnable {
    private static final int SHOWN_CHARACTERS = 60;

    @Option(names = "--replay", description = "Send them through their feeds again.")
    private boolean isReplay;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only those meant for this topic.")
    private @Nullable String topic;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many are shown at most. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Client client = Client.of(home.here());
        if (isReplay) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            if (topic != null) {
                body.put("topic", topic);
            }
            long replayed =
                    client.post("/api/rejected/replay", body).path("replayed").asLong();
            out.println("Replayed " + Grid.count(replayed, "event") + "; what is still wrong was rejected again.");
        } else {
            print(
                    client.get("/api/rejected?limit=" + limit + (topic == null ? "" : "&topic=" + Client.part(topic))),
                    out);
        }
        out.flush();
    }

    private static void print(JsonNode answer, PrintWriter out) {
        Grid grid = new Grid("at", "feed", "place", "reason", "replayed", "event");
        for (JsonNode event : answer.path("rejected")) {
            String value = event.path("value").asText();
            grid.add(
                    event.path("at").asText(),
                    event.path("feed").asText(),
                    place(event),
                    event.path("reason").asText(),
                    event.path("replayed").asBoolean() ? "yes" : "no",
                    value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "…");
        }
        grid.printTo(out);
    }

    /** Where it stood: in the document that arrived, or in the log. */
    private static String place(JsonNode event) {
        return event.path("stage").asText().equals("edge")
                ? "document, event " + event.path("position").asText()
                : event.path("topic").asText() + " " + event.path("partition").asText() + "/"
                        + event.path("sourceOffset").asText();
    }
}
