package io.polder.app;

import picocli.CommandLine.IVersionProvider;

/** The program's version, as the jar states it. */
final class Version implements IVersionProvider {
    /** {@code 0.1.0-SNAPSHOT}; {@code development} when it does not run from its jar. */
    static String number() {
        String number = Version.class.getPackage().getImplementationVersion();
        return number == null ? "development" : number;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"polder " + number() + ", Java " + Runtime.version()};
    }
}
