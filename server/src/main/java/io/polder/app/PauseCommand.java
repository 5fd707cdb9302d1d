package io.polder.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Stops a feed of a running mart until it is resumed. */
@Command(
        name = "pause",
        description = "Stops a feed of the running mart, also over a restart, until 'resume'.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./polder pause traffic         nothing is fetched, and pushes are answered 503"})
final class PauseCommand implements Runnable {
    @Parameters(paramLabel = "FEED", description = "The feed's name.")
    private String feed;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Client.of(home.here())
                .post("/api/feeds/" + Client.part(feed) + "/pause", JsonNodeFactory.instance.objectNode());
        spec.commandLine().getOut().println("Paused " + feed + ".");
        spec.commandLine().getOut().flush();
    }
}
