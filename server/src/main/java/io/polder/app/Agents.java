package io.polder.app;

import io.polder.agent.Agent;
import io.polder.agent.AgentMetrics;
import io.polder.config.Mart;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents of a mart: read with it, started when its topics are there, stopped before its log is. */
final class Agents implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Agents.class);

    /** What stands in an agent's file for the mart's own Kafka. */
    static final String LOG = "POLDER_LOG";

    private static final String SOME_LOG = "127.0.0.1:9092";
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final List<Agent> agents;

    private Agents(List<Agent> agents) {
        this.agents = List.copyOf(agents);
    }

    /** Everything that is wrong in the files of a mart's agents; starts nothing. */
    static List<Problem> check(Mart mart) {
        List<Problem> problems = new ArrayList<>();
        mart.agents().forEach((name, file) -> {
            try {
                Agent unused = read(mart, name, file, Path.of(""), SOME_LOG, InstantSource.system());
            } catch (PolderException wrong) {
                problems.addAll(
                        wrong.problems().isEmpty()
                                ? List.of(new Problem(
                                        mart.place("agents." + name),
                                        file.toString(),
                                        String.valueOf(wrong.getMessage()),
                                        "mend the file"))
                                : wrong.problems());
            }
        });
        return problems;
    }

    /**
     * Reads and makes them, without starting any.
     *
     * @param home the folder in which each has one of its own
     * @param bootstrap where the mart's Kafka is
     */
    static Agents of(Mart mart, Path home, String bootstrap, InstantSource clock) {
        List<Agent> agents = new ArrayList<>();
        for (Map.Entry<String, Path> agent : mart.agents().entrySet()) {
            agents.add(read(mart, agent.getKey(), agent.getValue(), home.resolve(agent.getKey()), bootstrap, clock));
        }
        return new Agents(agents);
    }

    private static Agent read(Mart mart, String name, Path file, Path home, String bootstrap, InstantSource clock) {
        Agent agent = Agent.read(file, name, home, key -> key.equals(LOG) ? bootstrap : System.getenv(key), clock);
        agent.metrics().tellTimesIn(mart.timezone());
        return agent;
    }

    /** How long the agents of a mart may take to stop: longer than it, as what is in memory has to go somewhere. */
    static Duration draining(Mart mart) {
        return mart.agents().isEmpty() ? Duration.ZERO : DRAIN.plus(AgentCommand.CLOSING);
    }

    void start() {
        for (Agent agent : agents) {
            agent.warnings().forEach(LOGGER::warn);
            agent.start();
            LOGGER.info("Agent {} is running.", agent.name());
        }
    }

    /** How they are doing now. */
    List<AgentMetrics.Status> now() {
        return agents.stream().map(agent -> agent.metrics().now()).toList();
    }

    /** Why events wait in them, as sentences. */
    List<String> reasons() {
        return now().stream()
                .flatMap(agent -> agent.why().stream().map(why -> "Agent " + agent.agent() + ": " + why))
                .toList();
    }

    @Override
    public void close() {
        long begun = System.nanoTime();
        for (Agent agent : agents) {
            Duration rest = DRAIN.minusNanos(System.nanoTime() - begun);
            long left = agent.stop(rest.isNegative() ? Duration.ZERO : rest);
            if (left > 0) {
                LOGGER.warn("Agent {} leaves {} events for the next start.", agent.name(), left);
            }
        }
    }
}
