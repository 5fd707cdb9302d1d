package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the state of a stopped mart to one file. */
@Command(
        name = "backup",
        description = {
            "Writes the state of a stopped mart to one file.",
            "That is topics, tables and settings, with a checksum of each. The definition is in its own folder and"
                    + " not in the home: keep it under version control."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder stop && ./polder backup /backups/flanders.zip && ./polder up",
            "  ./polder restore /backups/flanders.zip --home DIR"
        })
final class BackupCommand implements Runnable {
    @Parameters(paramLabel = "FILE", description = "The file to write; it must not be there yet.")
    private Path file;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Path directory = home.here().toAbsolutePath().normalize();
        Path target = file.toAbsolutePath().normalize();
        if (!Files.exists(directory.resolve("format"))) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "--home = '" + directory + "': no mart's state is there. Fix: name its home with --home");
        }
        if (Files.exists(target)) {
            throw new PolderException(
                    ErrorCode.CONFLICT, "FILE = '" + target + "': it is there already. Fix: name another file");
        }
        if (target.startsWith(directory)) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "FILE = '" + target + "': a backup inside the home would be part of itself. Fix: name a file"
                            + " elsewhere, best on another disk");
        }
        Instant now = InstantSource.system().instant();
        PrintWriter out = spec.commandLine().getOut();
        try (Home held = Home.open(directory, now)) {
            long bytes = 0;
            for (Path data : Backup.files(directory)) {
                bytes += Files.size(data);
            }
            try (Progress progress = new Progress(out, "backup", bytes)) {
                Backup.write(held.directory(), target, now, progress::add);
            }
            out.println("Wrote " + target + ", " + Files.size(target) + " bytes.");
            out.flush();
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "FILE = '" + target + "': it cannot be written (" + failure + "). Fix: name a file on a disk with"
                            + " room that this user can write to",
                    failure);
        }
    }
}
