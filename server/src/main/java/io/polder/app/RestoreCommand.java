package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a home from a backup. */
@Command(
        name = "restore",
        description = "Makes a home from a backup, comparing every file with its checksum.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder restore /backups/flanders.zip              into .polder of this folder",
            "  ./polder restore /backups/flanders.zip --home DIR   into DIR, which must be empty or missing"
        })
final class RestoreCommand implements Runnable {
    @Parameters(paramLabel = "FILE", description = "A file that 'backup' wrote.")
    private Path file;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Path directory = home.here().toAbsolutePath().normalize();
        PrintWriter out = spec.commandLine().getOut();
        try {
            if (!Home.isEmpty(directory)) {
                throw new PolderException(
                        ErrorCode.CONFLICT,
                        "--home = '" + directory
                                + "': it is not empty. Fix: move it away, or name another with --home");
            }
            if (!Files.isRegularFile(file)) {
                throw new PolderException(
                        ErrorCode.NOT_FOUND,
                        "FILE = '" + file + "': no such file. Fix: name a file that 'backup' wrote");
            }
            try (Progress progress = new Progress(out, "restore", Files.size(file))) {
                Backup.read(file, directory, progress::add);
            }
            out.println("Restored " + directory + ".");
            out.flush();
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    "--home = '" + directory + "': it cannot be written (" + failure + "). Fix: name a folder on a disk"
                            + " with room that this user can write to",
                    failure);
        }
    }
}
