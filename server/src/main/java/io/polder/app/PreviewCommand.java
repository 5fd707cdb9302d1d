package io.polder.app;

import io.polder.config.Feed;
import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.format.MalformedDocumentException;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
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

    /** Bytes that were read, and whether there are no more. */
    private record Document(byte[] bytes, boolean isWhole, String from) {}

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
        out.println(preview.events() + " events in " + document.bytes().length + " bytes"
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
        try {
            return switch (feed.kind()) {
                case POLL -> fetch(feed);
                case FILES -> firstFile(mart.folder(), feed);
                case HTTP -> taken(System.in, Math.toIntExact(Math.min(feed.maxBytes(), FILE_BYTES)), "standard input");
            };
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE, "feeds." + feed.name() + ": it cannot be read (" + failure + ")", failure);
        }
    }

    private static Document fetch(Feed feed) throws IOException {
        URI address = java.util.Objects.requireNonNull(feed.poll(), "A poll feed has an address.");
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(feed.timeout())
                .header("Accept-Encoding", "gzip")
                .build();
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(feed.timeout())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IOException("status " + response.statusCode() + " from " + address);
            }
            Document document = taken(response.body(), Math.toIntExact(feed.maxBytes()), address.toString());
            if (!document.isWhole()) {
                throw new IOException("more than max_size = " + feed.maxBytes() + " bytes from " + address);
            }
            return document;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    private static Document firstFile(Path folder, Feed feed) throws IOException {
        PathMatcher glob = FileSystems.getDefault().getPathMatcher("glob:" + feed.files());
        List<Path> files = new ArrayList<>();
        Path root = folder.toAbsolutePath().normalize();
        try (Stream<Path> walk = Files.walk(root)) {
            walk.filter(Files::isRegularFile)
                    .filter(file -> glob.matches(root.relativize(file)))
                    .sorted()
                    .findFirst()
                    .ifPresent(files::add);
        }
        if (files.isEmpty()) {
            throw new IOException("no file in " + root + " is called " + feed.files());
        }
        try (InputStream in = Files.newInputStream(files.get(0))) {
            return taken(in, FILE_BYTES, files.get(0).toString());
        }
    }

    /** Reads up to {@code bytes}, unpacking what is packed. */
    private static Document taken(InputStream in, int bytes, String from) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(2);
        boolean isGzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        InputStream plain = isGzip ? new GZIPInputStream(buffered) : buffered;
        byte[] document = plain.readNBytes(bytes);
        return new Document(document, plain.read() < 0, from);
    }
}
