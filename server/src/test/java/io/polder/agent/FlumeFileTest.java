package io.polder.agent;

import static io.polder.testkit.Golden.assertGolden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlumeFileTest {
    private static final Path RESOURCES = Path.of("src", "test", "resources", "io", "polder", "agent");
    private static final String GOOD = """
            sources = r
            channels = c
            sinks = k
            sources.r.type = http
            sources.r.port = 0
            sources.r.channels = c
            channels.c.type = memory
            sinks.k.type = null
            sinks.k.channel = c
            """;

    @Test
    void theAgentAsItIsPrintedIsRefusedWithEachFaultNamed(@TempDir Path home) throws IOException {
        PolderException refused = catchThrowableOfType(
                PolderException.class,
                () -> Agent.read(
                        RESOURCES.resolve("aircheckr-as-printed.properties"),
                        "aircheckr1",
                        home,
                        name -> null,
                        InstantSource.system()));

        String faults = String.join(
                "\n",
                refused.problems().stream()
                        .map(Problem::toString)
                        // Whether HDFS is there depends on the class path.
                        .filter(fault -> !fault.contains("class path"))
                        .toList());
        assertGolden("agent/aircheckr-as-printed.txt", faults + "\n");
    }

    @Test
    void mendedItHasNoFaultButTheMissingPart(@TempDir Path home) {
        Path file = Path.of("..", "examples", "aircheckr", "flume.properties");
        FlumeFile read = FlumeFile.parse("flume.properties", readString(file));

        assertThat(FlumeReader.read(read, "aircheckr1", name -> null).problems())
                .isEmpty();
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @Test
    void aGoodFileHasNoProblemAndNoWarning(@TempDir Path home) {
        assertThat(AgentFixture.read(home, GOOD).warnings()).isEmpty();
    }

    @Test
    void whatFlumeKnowsAndThisDoesNotIsToldApartFromWhatNeitherKnows(@TempDir Path home) {
        List<String> problems = problems(home, GOOD.replace("= http", "= exec").replace("= null", "= kafkasink"));

        assertThat(problems)
                .anyMatch(told ->
                        told.contains(":4 a.sources.r.type = 'exec': is known to Flume and not here. Fix: follow"))
                .anyMatch(told ->
                        told.contains("a.sinks.k.type = 'kafkasink': is no type of sink, neither here nor in Flume"));
    }

    @Test
    void theChannelsOfAComponentWhoseTypeIsWrongAreLookedAtToo(@TempDir Path home) {
        assertThat(problems(home, GOOD.replace("= http", "= htpp") + "sources.r.channels = cc\n"))
                .anyMatch(told -> told.contains("a.sources.r.type = 'htpp': is no type of source"))
                .anyMatch(told -> told.contains("a.sources.r.channels = 'cc': is not among a.channels"));
    }

    @Test
    void aCapacityThatIsNoneIsOneFault(@TempDir Path home) {
        assertThat(problems(home, GOOD + "channels.c.capacity = 0\n"))
                .singleElement()
                .asString()
                .contains("a.channels.c.capacity = '0': leaves no room for anything");
    }

    @Test
    void aClassOfOnesOwnIsRefused(@TempDir Path home) {
        assertThat(problems(home, GOOD.replace("= http", "= org.example.Mine")))
                .singleElement()
                .asString()
                .contains("'org.example.Mine': is no type of Flume's, and classes of your own do not run here");
    }

    @Test
    void keysAreCheckedWithTheNearestRightOne(@TempDir Path home) {
        assertThat(problems(home, GOOD + "channels.c.capacitty = 10\nsinks.k.kafka.topic = x\n"))
                .anyMatch(told -> told.contains("a.channels.c.capacitty = '10': is no key of channel memory")
                        && told.contains("did you mean 'capacity'?"))
                .anyMatch(told -> told.contains("a.sinks.k.kafka.topic = 'x': is no key of sink null"));
    }

    @Test
    void aKeyThatFlumeHasAndThisDoesNotNamesWhatToUse(@TempDir Path home) {
        assertThat(problems(
                        home,
                        GOOD.replace("= null", "= org.apache.flume.sink.kafka.KafkaSink")
                                + "sinks.k.kafka.bootstrap.servers = x:1\nsinks.k.brokerList = y:1\n"))
                .singleElement()
                .asString()
                .contains(
                        "a.sinks.k.brokerList = 'y:1': is known to Flume and not here. Fix: use kafka.bootstrap.servers");
    }

    @Test
    void valuesAreChecked(@TempDir Path home) {
        assertThat(problems(
                        home,
                        GOOD.replace("port = 0", "port = 99999") + "channels.c.capacity = many\n"
                                + "sources.r.ssl = yes\nsources.r.selector.type = random\n"))
                .hasSize(4)
                .anyMatch(told -> told.contains("a.sources.r.port = '99999': is not a port"))
                .anyMatch(told -> told.contains("a.channels.c.capacity = 'many': is not a whole number"))
                .anyMatch(told -> told.contains("a.sources.r.ssl = 'yes': is neither true nor false"))
                .anyMatch(told -> told.contains("a.sources.r.selector.type = 'random': is not known"));
    }

    @Test
    void transactionCapacityAboveCapacityIsAnErrorAtTheStart(@TempDir Path home) {
        assertThat(
                        problems(
                                home,
                                GOOD
                                        + "channels.c.capacity = 10\nchannels.c.transactionCapacity = 11\nsinks.k.batchSize = 1\n"))
                .singleElement()
                .asString()
                .contains("a.channels.c.transactionCapacity = '11': is above the channel's capacity, which is 10");
    }

    @Test
    void aSinkWhoseBatchesCannotFitIsAnErrorAtTheStart(@TempDir Path home) {
        assertThat(problems(home, GOOD + "channels.c.transactionCapacity = 10\nsinks.k.batchSize = 20\n"))
                .singleElement()
                .asString()
                .contains(
                        "a.sinks.k.batchSize = '20': its batches have up to 20 events, and channel 'c' takes at most 10");
    }

    @Test
    void componentsThatAreNotThereAreTold(@TempDir Path home) {
        assertThat(problems(
                        home,
                        GOOD.replace("sources.r.channels = c", "sources.r.channels = d")
                                .replace("sinks = k", "sinks = k l")))
                .anyMatch(told ->
                        told.contains("a.sources.r.channels = 'd': is not among a.channels. Fix: did you mean 'c'?"))
                .anyMatch(told -> told.contains("a.sinks = 'l': is named, and has no keys"));
    }

    @Test
    void anAgentThatTheFileDoesNotHaveIsToldWithThoseThatItHas(@TempDir Path home) throws IOException {
        Path file = home.resolve("x.properties");
        Files.writeString(file, "agent1.sources = r\nagent2.sources = r\n");

        PolderException refused = catchThrowableOfType(
                PolderException.class, () -> Agent.read(file, "agent3", home, name -> null, InstantSource.system()));

        assertThat(refused)
                .hasMessageContaining("has no agent 'agent3'")
                .hasMessageContaining("did you mean 'agent1'?");
    }

    @Test
    void otherAgentsOfTheFileAreNotLookedAt() {
        String text = GOOD.replaceAll("(?m)^", "a.") + "b.sources = x\nb.sources.x.type = nonsense\n";

        assertThat(FlumeReader.read(FlumeFile.parse("f", text.replace("\na.\n", "\n")), "a", name -> null)
                        .problems())
                .noneMatch(problem -> problem.place().contains("b."));
    }

    @Test
    void environmentAndSystemStandForValues() {
        Map<String, String> environment = Map.of("PORT", "4711");
        String text = """
                a.channels = c
                a.channels.c.type = memory
                a.channels.c.capacity = ${env:PORT}
                a.channels.c.transactionCapacity = ${env:NONE:-7}
                a.channels.c.keep-alive = ${env:MISSING}
                """;

        AgentDefinition read = FlumeReader.read(FlumeFile.parse("f", text), "a", environment::get);

        Settings settings = Objects.requireNonNull(read.channels().get("c")).settings();
        assertThat(settings.integer("capacity")).isEqualTo(4711);
        assertThat(settings.integer("transactionCapacity")).isEqualTo(7);
        assertThat(read.problems())
                .anyMatch(problem -> problem.toString().contains("environment variable MISSING is not set"));
    }

    @Test
    void aKeyWithoutEffectIsAWarning(@TempDir Path home) {
        assertThat(AgentFixture.read(home, GOOD + "sources.r.ServerConnector.idleTimeout = 300\n")
                        .warnings())
                .singleElement()
                .asString()
                .contains("a.sources.r.ServerConnector.idleTimeout: has no effect here");
    }

    @Property(tries = 300)
    void aFileIsReadAsJavaReadsProperties(
            @ForAll
                    @StringLength(max = 60)
                    @CharRange(from = 'a', to = 'c')
                    @net.jqwik.api.constraints.Chars({' ', '=', ':', '\\', '\n', '#', '!', '\t'})
                    String text)
            throws IOException {
        Properties java = new Properties();
        java.load(new java.io.StringReader(text));
        // Which of two keys that differ in escaped blanks alone comes last, Java's table does not tell.
        net.jqwik.api.Assume.that(java.stringPropertyNames().stream()
                        .map(String::strip)
                        .distinct()
                        .count()
                == java.size());
        Map<String, String> ours = new java.util.TreeMap<>();
        FlumeFile.parse("f", text).entries().forEach(entry -> ours.put(entry.key(), entry.value()));
        Map<String, String> theirs = new java.util.TreeMap<>();
        // A key of nothing but escaped blanks has no name, and is refused anyway.
        ours.remove("");
        java.forEach((key, value) ->
                theirs.put(key.toString().strip(), value.toString().strip()));

        theirs.remove("");

        assertThat(ours).isEqualTo(theirs);
    }

    private static List<String> problems(Path home, String lines) {
        PolderException refused = catchThrowableOfType(PolderException.class, () -> AgentFixture.read(home, lines));
        assertThat(refused).isNotNull();
        return refused.problems().stream().map(Problem::toString).toList();
    }
}
