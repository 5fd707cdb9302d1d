package io.polder.predict;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a model remembers over restarts. For one thread.
 *
 * <pre>
 * champion.model     serves
 * challenger.model   is tried beside it
 * state.json         since when, and what has happened
 * training/          of a training that runs; thrown away at the next start
 * </pre>
 *
 * <p>Each file is replaced as a whole, and a state without its files is a state that says less: a start after a kill goes on
 * from what is there.
 */
final class ModelFolder {
    private static final Logger LOGGER = LoggerFactory.getLogger(ModelFolder.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final int MOST_EVENTS = 50;

    /**
     * What is known beside the files; times are UTC texts, null when it has not happened.
     *
     * @param definition what tells one definition from another; null when none was noted
     * @param definedAt the first time of which scores and bands are those of this definition
     * @param championSince when the champion began to serve
     * @param challengerSince when the challenger's trial began
     * @param trained when the last training ended, well or not
     * @param behindSince since when a baseline has the champion's place
     * @param failure why the last training gave nothing
     * @param limits of the bands
     * @param events what has happened, the newest first
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record State(
            @Nullable String definition,
            @Nullable String definedAt,
            @Nullable String championSince,
            @Nullable String challengerSince,
            @Nullable String trained,
            @Nullable String behindSince,
            @Nullable String failure,
            double[] limits,
            List<Event> events) {
        static final State NEW = new State(null, null, null, null, null, null, null, new double[0], List.of());

        /** It begins anew; what has happened stays. */
        State defined(String as) {
            return new State(as, null, null, null, null, null, null, new double[0], events);
        }

        State withDefinition(String as, @Nullable String at) {
            return new State(as, at, championSince, challengerSince, trained, behindSince, failure, limits, events);
        }

        State withChampion(@Nullable String since) {
            return new State(definition, definedAt, since, challengerSince, trained, null, failure, limits, events);
        }

        State withChallenger(@Nullable String since) {
            return new State(
                    definition, definedAt, championSince, since, trained, behindSince, failure, limits, events);
        }

        /** A null time: it is trained again at once. */
        State withTrained(@Nullable String at, @Nullable String why) {
            return new State(
                    definition, definedAt, championSince, challengerSince, at, behindSince, why, limits, events);
        }

        State withBehind(@Nullable String since) {
            return new State(
                    definition, definedAt, championSince, challengerSince, trained, since, failure, limits, events);
        }

        State withLimits(double[] found) {
            return new State(
                    definition,
                    definedAt,
                    championSince,
                    challengerSince,
                    trained,
                    behindSince,
                    failure,
                    found,
                    events);
        }

        State with(Event event) {
            List<Event> more = Stream.concat(Stream.of(event), events.stream())
                    .limit(MOST_EVENTS)
                    .toList();
            return new State(
                    definition, definedAt, championSince, challengerSince, trained, behindSince, failure, limits, more);
        }
    }

    /** Something that has happened. */
    record Event(String at, String what) {}

    private final Path folder;

    ModelFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            deleteTree(training());
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    folder + ": cannot be written (" + failure + "). Fix: see that this user can write there",
                    failure);
        }
    }

    Path training() {
        return folder.resolve("training");
    }

    /** An empty folder for a training. */
    Path freshTraining() throws IOException {
        deleteTree(training());
        return Files.createDirectories(training());
    }

    State state() {
        Path file = folder.resolve("state.json");
        if (!Files.exists(file)) {
            return State.NEW;
        }
        try {
            return JSON.readValue(file.toFile(), State.class);
        } catch (IOException broken) {
            LOGGER.warn("{} cannot be read and begins anew: {}", file, broken.toString());
            return State.NEW;
        }
    }

    void write(State state) {
        try {
            WholeFile.replaceOnDisk(folder.resolve("state.json"), JSON.writeValueAsBytes(state));
        } catch (IOException failure) {
            LOGGER.warn("What is known of a model could not be written: {}", failure.toString());
        }
    }

    Optional<ModelFile> champion() {
        return read("champion.model");
    }

    Optional<ModelFile> challenger() {
        return read("challenger.model");
    }

    private Optional<ModelFile> read(String name) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ModelFile.read(file));
        } catch (PolderException broken) {
            LOGGER.warn("A model is left out: {}", broken.getMessage());
            return Optional.empty();
        }
    }

    /** A trained model becomes the challenger. */
    void challenge(Path trained) throws IOException {
        Files.move(trained, folder.resolve("challenger.model"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The challenger becomes the champion. */
    void promote() throws IOException {
        Files.move(
                folder.resolve("challenger.model"),
                folder.resolve("champion.model"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    void dropChallenger() throws IOException {
        Files.deleteIfExists(folder.resolve("challenger.model"));
    }

    void dropChampion() throws IOException {
        Files.deleteIfExists(folder.resolve("champion.model"));
    }

    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(tree)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
