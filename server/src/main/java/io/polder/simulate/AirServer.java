package io.polder.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An API of air quality by city, made up: answers in the form of AirCheckr's (version 1), served over HTTP on the loopback
 * address until closed. Thread-safe.
 *
 * <p>The last hour that is over, or the hours of a day, of a city. Two servers with one seed answer the same about the same
 * hour, in any process.
 */
public final class AirServer implements AutoCloseable {
    /** The header with a token, without which there is no answer; any token will do. */
    public static final String TOKEN = "x-access-token";

    private static final Logger LOG = LoggerFactory.getLogger(AirServer.class);
    private static final JsonFactory JSON = new JsonFactory();
    private static final String NAMES = "/v1/territory/BE/names";
    private static final String CITY = "/v1/territory/BE/LAU2/name/";
    private static final int HOUR = 3_600;

    /** Names and colours of the eleven classes, the cleanest first. */
    private static final List<String> CLASSES = List.of(
            "excellent",
            "very good",
            "good",
            "fairly good",
            "moderate",
            "poor",
            "very poor",
            "bad",
            "very bad",
            "extremely bad",
            "horrible");

    private static final List<String> COLOURS = List.of(
            "#0000ff", "#0099ff", "#009900", "#00ff00", "#ffff00", "#ffbb00", "#ff6600", "#ff0000", "#990000",
            "#660000", "#330000");
    private static final List<String> QUARTERS = List.of("good", "moderate", "poor", "bad");
    private static final List<String> QUARTER_COLOURS = List.of("#009900", "#ffff00", "#ff6600", "#990000");

    private final AirSimulator simulator;
    private final Clock clock;
    private final HttpServer server;
    private final ExecutorService workers;

    /**
     * Serves until closed.
     *
     * @param port 0 for any free port
     * @param speed how many times faster than real the simulated time runs; as of {@link Simulation#start}
     * @throws PolderException when the port is taken
     */
    public static AirServer start(int port, int speed, long seed, InstantSource time) {
        return new AirServer(port, new AirSimulator(seed), new Clock(time, speed, null));
    }

    private AirServer(int port, AirSimulator simulator, Clock clock) {
        this.simulator = simulator;
        this.clock = clock;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.CONFLICT,
                    "simulate --port = '" + port + "': the port is taken. Fix: choose another, or 0 for any free one.",
                    failure);
        }
        workers = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "simulator-air");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(workers);
        server.createContext("/", this::answer);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Where names and cities are found below: {@code territory/BE/LAU2/name/Gent}. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + port() + "/v1/");
    }

    /** The cities that it knows. */
    public static List<String> cities() {
        return AirSimulator.CITIES.stream().map(AirSimulator.City::name).toList();
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                send(exchange, 405, sentence("Use GET."));
            } else if (exchange.getRequestHeaders().getFirst(TOKEN) == null) {
                send(exchange, 401, sentence("Send a header " + TOKEN + "; any token will do."));
            } else if (path.equals(NAMES)) {
                send(exchange, 200, json(AirServer::names));
            } else if (path.startsWith(CITY)) {
                city(exchange, path.substring(CITY.length()));
            } else {
                send(exchange, 404, sentence("There are " + NAMES + " and " + CITY + "{city} here."));
            }
        } catch (IOException gone) {
            LOG.debug("A client went away before {} was sent.", exchange.getRequestURI(), gone);
        } catch (RuntimeException failure) {
            LOG.error("Answering {} failed.", exchange.getRequestURI(), failure);
        }
    }

    private void city(HttpExchange exchange, String name) throws IOException {
        Optional<AirSimulator.City> city = AirSimulator.CITIES.stream()
                .filter(known -> known.name().equalsIgnoreCase(name))
                .findFirst();
        if (city.isEmpty()) {
            send(exchange, 404, sentence("There is no city '" + name + "'; " + NAMES + " has those that there are."));
            return;
        }
        List<Long> hours = hours(exchange.getRequestURI().getRawQuery());
        if (hours == null) {
            send(exchange, 400, sentence("date is a day, like 2026-03-02."));
            return;
        }
        AirSimulator.City found = city.get();
        send(exchange, 200, json(json -> {
            json.writeStartObject();
            json.writeStringField("area_name", found.name().toUpperCase(Locale.ROOT));
            json.writeArrayFieldStart("data");
            for (long hour : hours) {
                hour(json, hour, simulator.air(found, hour));
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    /** The last hour that is over, or those of the asked day that are, in UTC; null for what is no day. */
    private @Nullable List<Long> hours(@Nullable String query) {
        long last = Math.floorDiv(clock.now().getEpochSecond(), (long) HOUR) - 1;
        if (query == null || !query.startsWith("date=")) {
            return List.of(last);
        }
        try {
            long first = LocalDate.parse(query.substring("date=".length()))
                            .atStartOfDay()
                            .toEpochSecond(ZoneOffset.UTC)
                    / HOUR;
            List<Long> hours = new ArrayList<>();
            for (long hour = first; hour < first + 24 && hour <= last; hour++) {
                hours.add(hour);
            }
            return hours;
        } catch (DateTimeParseException noDay) {
            return null;
        }
    }

    private static void names(JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (AirSimulator.City city : AirSimulator.CITIES) {
            json.writeStartObject();
            json.writeStringField("id", "BE_" + city.name().toUpperCase(Locale.ROOT));
            json.writeArrayFieldStart("name");
            json.writeString(city.name().toUpperCase(Locale.ROOT));
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void hour(JsonGenerator json, long hour, AirSimulator.Air air) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("dataTime");
        json.writeNumberField("start", hour * HOUR);
        json.writeNumberField("end", (hour + 1) * HOUR);
        json.writeEndObject();
        json.writeObjectFieldStart("values");
        for (String pollutant : AirSimulator.POLLUTANTS) {
            json.writeNumberField(pollutant, air.of(pollutant));
        }
        json.writeEndObject();
        json.writeNumberField("aqi_101", air.index());
        json.writeObjectFieldStart("aqi_101_values");
        for (String pollutant : AirSimulator.POLLUTANTS) {
            json.writeNumberField(pollutant, air.index(pollutant));
        }
        json.writeEndObject();
        int tenth = Math.min(10, (100 - air.index()) / 10);
        group(json, "aqi_11", tenth, CLASSES.get(tenth), COLOURS.get(tenth));
        int quarter = Math.min(3, (100 - air.index()) / 25);
        group(json, "aqi_4", quarter, QUARTERS.get(quarter), QUARTER_COLOURS.get(quarter));
        json.writeArrayFieldStart("main_polls");
        for (String pollutant : air.main()) {
            json.writeString(pollutant);
        }
        json.writeEndArray();
        advice(json, "recommend_sensitive", quarter >= 1);
        advice(json, "recommend_non_sensitive", quarter >= 2);
        json.writeEndObject();
    }

    private static void group(JsonGenerator json, String name, int number, String word, String colour)
            throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("class", number);
        json.writeStringField("name", word);
        json.writeStringField("color_hex", colour);
        json.writeArrayFieldStart("color_rgb");
        for (int part = 1; part < colour.length(); part += 2) {
            json.writeNumber(Integer.parseInt(colour.substring(part, part + 2), 16));
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void advice(JsonGenerator json, String name, boolean isCareful) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("general", isCareful ? "Spend less time beside busy roads." : "Enjoy the open air.");
        json.writeStringField("sports", isCareful ? "Choose a park, or another hour." : "A good hour for sports.");
        json.writeStringField("ventilation", isCareful ? "Open windows later." : "Open the windows.");
        json.writeEndObject();
    }

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] json(Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            body.write(json);
        }
        return bytes.toByteArray();
    }

    private static byte[] sentence(String sentence) throws IOException {
        return json(json -> {
            json.writeStartObject();
            json.writeStringField("message", sentence);
            json.writeEndObject();
        });
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
