package io.polder.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Recomputes a table of a running mart from the log. */
@Command(
        name = "rebuild",
        description = {
            "Recomputes a table of the running mart from the log.",
            "It is done beside the table that is read, and put in its place when it has caught up. Shows how far it"
                    + " is; Ctrl-C ends the showing and not the rebuild."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  ./polder rebuild traffic       after the table's SELECT was changed"})
final class RebuildCommand implements Runnable {
    private static final String FAILED = "the rebuild failed";

    @Parameters(paramLabel = "TABLE", description = "The table's name.")
    private String table;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Client client = Client.of(home.here());
        client.post("/api/tables/" + Client.part(table) + "/rebuild", JsonNodeFactory.instance.objectNode());
        String said = "";
        String state = state(client);
        while (state.startsWith("rebuilding")) {
            if (!state.equals(said)) {
                out.println(table + ": " + state);
                out.flush();
                said = state;
            }
            pause();
            state = state(client);
        }
        if (state.startsWith(FAILED)) {
            throw new PolderException(
                    ErrorCode.INTERNAL, table + ": " + state + ". Fix: see the log in its home, and rebuild again");
        }
        out.println(table + ": " + state);
        out.flush();
    }

    private String state(Client client) {
        for (JsonNode candidate : client.get("/api/tables").path("tables")) {
            if (candidate.path("name").asText().equals(table)) {
                return candidate.path("state").asText();
            }
        }
        return "it is not there any more";
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(500);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
