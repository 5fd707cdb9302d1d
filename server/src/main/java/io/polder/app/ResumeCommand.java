package io.polder.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a paused feed of a running mart go on. */
@Command(
        name = "resume",
        description = "Lets a paused feed of the running mart go on.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./polder resume traffic"})
final class ResumeCommand implements Runnable {
    @Parameters(paramLabel = "FEED", description = "The feed's name.")
    private String feed;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Client.of(home.here())
                .post("/api/feeds/" + Client.part(feed) + "/resume", JsonNodeFactory.instance.objectNode());
        spec.commandLine().getOut().println("Resumed " + feed + ".");
        spec.commandLine().getOut().flush();
    }
}
