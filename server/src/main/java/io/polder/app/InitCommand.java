package io.polder.app;

import io.polder.config.Mart;
import io.polder.config.MartReader;
import io.polder.config.MartWriter;
import io.polder.enrich.Definitions;
import io.polder.format.Inference;
import io.polder.format.MalformedDocumentException;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a first definition of a mart from what an address or a file holds. */
@Command(
        name = "init",
        description = {
            "Writes a first mart from an address or a file.",
            "Looks at what is there, guesses its format, fields, key and time, and writes a commented polder.yaml that"
                    + " runs as it stands. Nothing is started."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder init mart --from https://example.org/api/readings.json",
            "  ./polder init mart --from measurements.csv.gz"
        })
final class InitCommand implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SAMPLE_BYTES = 64 << 20;

    @Parameters(paramLabel = "DIR", description = "The mart's folder, which is made when it is missing.")
    private Path folder;

    @Option(
            names = "--from",
            paramLabel = "SOURCE",
            required = true,
            description =
                    "An address to fetch on a schedule, or a file (JSON, NDJSON, CSV, XML; packed with gzip or not).")
    private String source;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Path definition = folder.resolve(MartReader.FILE);
        if (Files.exists(definition)) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    definition + ": it is there already. Fix: name another folder, or edit the file");
        }
        boolean isAddress = source.matches("(?i)https?://.*");
        Document document = isAddress
                ? Document.fetched(address(), PATIENCE, SAMPLE_BYTES)
                : Document.read(Path.of(source), SAMPLE_BYTES);
        Inference inference = inference(document);
        String text = MartWriter.write(
                MartWriter.nameOf(source),
                isAddress ? MartWriter.Source.poll(address()) : MartWriter.Source.file(folder, Path.of(source)),
                inference);
        try {
            Files.createDirectories(folder);
            Files.writeString(definition, text);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    definition + ": it cannot be written (" + failure
                            + "). Fix: name a folder that this user can write to",
                    failure);
        }
        tell(inference, definition);
    }

    private URI address() {
        try {
            return URI.create(source);
        } catch (IllegalArgumentException garbled) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--from = '" + source + "': not an address. Fix: write it like https://example.org/readings.json",
                    garbled);
        }
    }

    private static Inference inference(Document document) {
        try {
            return Inference.of(document.bytes(), 0, document.bytes().length, document.isWhole());
        } catch (MalformedDocumentException malformed) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    document.from() + ": " + malformed.getMessage() + " Fix: name a document in JSON, CSV or XML",
                    malformed);
        }
    }

    private void tell(Inference inference, Path definition) {
        PrintWriter out = spec.commandLine().getOut();
        Mart mart = MartReader.read(folder);
        List<Problem> problems = Definitions.check(mart);
        out.println("Wrote " + definition + " from " + Grid.count(inference.events(), "event") + ": "
                + inference.format() + ", "
                + Grid.count(inference.fields().size(), "field")
                + (inference.key().isEmpty() ? "" : ", key " + String.join(", ", inference.key()))
                + inference.time().map(time -> ", time " + time).orElse("") + ".");
        problems.forEach(problem -> out.println(problem.toString()));
        out.println("Read it, mend what was guessed wrongly, and go on with:");
        out.println("  ./polder preview " + mart.name() + " " + folder);
        out.println("  ./polder up " + folder);
        out.flush();
    }
}
