package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Stands in the list of commands; the launcher runs benchmarks in a program of their own. */
@Command(
        name = "bench",
        description = "Measures how fast the program is on this machine.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./polder bench                 what there is to measure"})
final class BenchCommand implements Runnable {
    @Unmatched
    private String[] arguments = {};

    @Override
    public void run() {
        throw new PolderException(
                ErrorCode.INVALID_REQUEST,
                "bench " + String.join(" ", arguments)
                        + ": benchmarks are not in this jar. Fix: run './polder bench' from" + " a checkout");
    }
}
