package io.polder.app;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a running mart a question in SQL. */
@Command(
        name = "sql",
        description = "Asks the running mart one SELECT and prints the rows.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./polder sql -e \"SELECT count(*) FROM traffic\"",
            "  ./polder sql --format csv -e \"SELECT * FROM traffic WHERE uid = 29 ORDER BY time\" > 29.csv",
            "  ./polder sql --home DIR --format json -e \"SELECT * FROM measure_points LIMIT 3\""
        })
final class SqlCommand implements Runnable {
    /** How the rows are written. */
    enum Format {
        TABLE,
        CSV,
        JSON
    }

    @Option(
            names = {"-e", "--execute"},
            paramLabel = "SQL",
            required = true,
            description = "The SELECT.")
    private String sql;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, csv or json (an array with one object for each row). Default: ${DEFAULT-VALUE}.")
    private Format format;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "How many rows at most. Default: as many as the mart gives.")
    private @Nullable Integer limit;

    @Mixin
    private HomeOption home;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        ObjectNode question = JsonNodeFactory.instance.objectNode().put("sql", sql);
        if (limit != null) {
            question.put("limit", limit);
        }
        JsonNode answer = Client.of(home.here()).post("/api/sql", question);
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TABLE -> table(answer, out);
            case CSV -> csv(answer, out);
            case JSON -> json(answer, out);
        }
        out.flush();
        PrintWriter err = spec.commandLine().getErr();
        err.println(summary(answer));
        err.flush();
    }

    private static String summary(JsonNode answer) {
        int rows = answer.path("rows").size();
        return (answer.path("truncated").asBoolean() ? "The first " : "")
                + Grid.count(rows, "row") + ", "
                + answer.path("milliseconds").asLong() + " ms"
                + (answer.path("simulated").asBoolean() ? ", from simulated data." : ".");
    }

    private static void table(JsonNode answer, PrintWriter out) {
        Grid grid = new Grid(names(answer));
        for (JsonNode row : answer.path("rows")) {
            List<String> cells = new ArrayList<>();
            row.forEach(cell -> cells.add(cell.isNull() ? "NULL" : cell.asText()));
            grid.add(cells);
        }
        grid.printTo(out);
    }

    /** RFC 4180, with NULL as nothing and an empty text as two quotes. */
    private static void csv(JsonNode answer, PrintWriter out) {
        out.print(
                String.join(",", names(answer).stream().map(SqlCommand::quoted).toList()) + "\r\n");
        for (JsonNode row : answer.path("rows")) {
            List<String> cells = new ArrayList<>();
            row.forEach(cell -> cells.add(cell.isNull() ? "" : quoted(cell.asText())));
            out.print(String.join(",", cells) + "\r\n");
        }
    }

    private static String quoted(String cell) {
        boolean needsQuotes = cell.isEmpty() || cell.chars().anyMatch(character -> "\",\r\n".indexOf(character) >= 0);
        return needsQuotes ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell;
    }

    private static void json(JsonNode answer, PrintWriter out) {
        List<String> names = names(answer);
        try {
            JsonGenerator generator = new ObjectMapper().createGenerator(out);
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            generator.writeStartArray();
            for (JsonNode row : answer.path("rows")) {
                generator.writeRaw("\n");
                generator.writeStartObject();
                for (int column = 0; column < names.size(); column++) {
                    generator.writeFieldName(names.get(column));
                    generator.writeTree(row.get(column));
                }
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.close();
            out.println();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException("writing the rows", failure);
        }
    }

    private static List<String> names(JsonNode answer) {
        List<String> names = new ArrayList<>();
        answer.path("columns").forEach(column -> names.add(column.path("name").asText()));
        return names;
    }
}
