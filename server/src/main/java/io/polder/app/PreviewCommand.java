package io.polder.app;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.format.MalformedDocumentException;
import io.polder.ingest.Glob;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a feed brings, without starting anything. */
@Command(
        name = "preview",
        description = {
            "Shows ten decoded rows of a feed and what was rejected, starting nothing.",
            "A poll feed is fetched once, a files feed reads its first file, and a feed that takes pushes reads what"
                    + " would be pushed from standard input."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder preview traffic                of the mart in this folder",
            "  ./polder preview traffic examples/flanders",
            "  ./polder preview readings mart < body.json"
        })
final class PreviewCommand implements Callable<Integer> {
    /** Enough of a file for ten rows, and for a structure that is only whole at its end. */
    private static final int FILE_BYTES = 64 << 20;

    @Parameters(paramLabel = "FEED", description = "The feed's name.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "",
            description = "The mart's folder. Default: this one.")
    private Path folder;

    @Mixin
    private SetOption settings;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Mart mart = MartReader.read(folder, settings.list(), System.getenv());
        Feed feed = Optional.ofNullable(mart.feeds().get(name))
                .orElseThrow(() -> new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        List.of(new Problem(
                                "FEED",
                                name,
                                "no feed is called that",
                                Problem.suggestion(name, mart.feeds().keySet())))));
        Document document = read(mart, feed);
        Preview preview;
        try {
            preview = Preview.of(feed, document.bytes(), document.isWhole());
        } catch (MalformedDocumentException malformed) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    document.from() + ": " + malformed.getMessage() + " Fix: see that it is the feed's format ("
                            + feed.formatName() + ")",
                    malformed);
        }
        preview.rows().printTo(out);
        out.println();
        out.println(Grid.count(preview.events(), "event") + " in " + document.bytes().length + " bytes"
                + (document.isWhole() ? "" : ", the first of more,") + " from " + document.from() + "; "
                + preview.rejectedEvents() + " rejected.");
        if (preview.rejectedEvents() > 0) {
            out.println();
            preview.rejections().printTo(out);
        }
        out.flush();
        return 0;
    }

    private static Document read(Mart mart, Feed feed) {
        return switch (feed.kind()) {
            case POLL -> fetched(feed);
            case FILES -> Document.read(firstFile(mart.folder(), feed), FILE_BYTES);
            case HTTP, SQL, KAFKA, MODEL -> Document.piped(Math.toIntExact(Math.min(feed.maxBytes(), FILE_BYTES)));
        };
    }

    private static Document fetched(Feed feed) {
        URI address = Objects.requireNonNull(feed.poll(), "A poll feed has an address.");
        Document document = Document.fetched(address, feed.timeout(), feed.maxBytes());
        if (!document.isWhole()) {
            throw new PolderException(
                    ErrorCode.TOO_LARGE,
                    address + ": more than max_size = " + feed.maxBytes() + " bytes. Fix: see that it is the right"
                            + " address, or raise max_size of the feed");
        }
        return document;
    }

    private static Path firstFile(Path folder, Feed feed) {
        try {
            return new Glob(folder, feed.files())
                    .find().values().stream()
                            .findFirst()
                            .map(Glob.Found::path)
                            .orElseThrow(() -> new PolderException(
                                    ErrorCode.NOT_FOUND,
                                    "feeds." + feed.name() + ".files = '" + feed.files() + "': no file in '" + folder
                                            + "' is called that. Fix: put one there, or write another pattern"));
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "feeds." + feed.name() + ".files = '" + feed.files() + "': cannot be looked for (" + failure
                            + "). Fix: see that this user can read the folder",
                    failure);
        }
    }
}
