package io.polder.app;

import java.util.Set;
import java.util.TreeSet;

/** The names of all commands, for tests of other packages. */
public final class CommandNames {
    private CommandNames() {}

    /** As they are typed: {@code check}. */
    public static Set<String> all() {
        return new TreeSet<>(Main.commandLine().getSubcommands().keySet());
    }
}
