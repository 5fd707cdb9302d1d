package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a running mart's definition in the form of another program. */
@Command(
        name = "export",
        description = {
            "Writes what another program needs to show the running mart.",
            "superset: a bundle for 'superset import-dashboards', with the database, datasets with columns and"
                    + " metrics, charts, and a dashboard. docs/superset.md goes through it."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder export superset                        the mart of this folder, into polder-NAME.zip",
            "  ./polder export superset examples/flanders --out flanders.zip",
            "  ./polder export superset http://127.0.0.1:8080"
        })
final class ExportCommand implements Runnable {
    /** For whom there is an export. */
    enum Target {
        SUPERSET
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_BYTES = 64 << 20;

    @Parameters(index = "0", paramLabel = "TARGET", description = "What it is for: superset.")
    private Target target;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DIR_OR_URL",
            defaultValue = "",
            description = "The folder of a running mart, or the address of its screen. Default: this folder.")
    private String mart;

    @Option(names = "--out", paramLabel = "FILE", description = "The file to write. Default: polder-NAME.zip.")
    private @Nullable Path out;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        URI bundle = Client.address(mart, home)
                .resolve("/api/export/" + target.name().toLowerCase(Locale.ROOT));
        Document document = Document.fetched(bundle, TIMEOUT, MAX_BYTES);
        String folder = folder(document);
        Path file = out == null ? Path.of(folder + ".zip") : out;
        try {
            Files.write(file, document.bytes());
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "--out = '" + file + "': it cannot be written (" + failure + "). Fix: name a file in a folder that"
                            + " is there, on a disk with room, that this user can write to",
                    failure);
        }
        PrintWriter console = spec.commandLine().getOut();
        console.println("Wrote " + file + ", " + document.bytes().length
                + " bytes. Next: superset import-dashboards -p " + file + " -u NAME");
        console.flush();
    }

    /** The one folder in a bundle. */
    private static String folder(Document bundle) {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bundle.bytes()))) {
            ZipEntry first = zip.getNextEntry();
            if (first != null) {
                return first.getName().replaceAll("/.*", "");
            }
        } catch (IOException malformed) {
            throw notABundle(bundle, malformed);
        }
        throw notABundle(bundle, null);
    }

    private static PolderException notABundle(Document document, @Nullable Exception cause) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                document.from() + ": the answer is not a bundle. Fix: see that a Polder of this version runs there",
                cause);
    }
}
