package io.polder.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The published schema is that of {@link Profile}: each field of each record is in it, with what its comment says of it, and
 * what is written keeps it. -Dgolden.update=true writes it anew.
 */
class ProfileSchemaTest {
    private static final Path SCHEMA = Path.of("../docs/profile.schema.json");
    private static final Path SOURCE = Path.of("src/main/java/io/polder/profile/Profile.java");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Map<String, ObjectNode> definitions = new TreeMap<>();

    @TempDir
    Path folder;

    @Test
    void schemaIsThatOfTheRecords() throws IOException {
        String source = Files.readString(SOURCE);
        ObjectNode schema = JSON.createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "The profile of a dataset, as ./polder profile --json writes it");
        schema.setAll(object(Profile.class, source));
        ObjectNode all = schema.putObject("$defs");
        definitions.forEach(all::set);
        String written = JSON.writeValueAsString(schema) + "\n";
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(SCHEMA, written);
        }

        assertThat(SCHEMA).content().isEqualTo(written);
    }

    @Test
    void whatIsWrittenKeepsTheSchema() throws Exception {
        JsonNode schema = JSON.readTree(Files.readString(SCHEMA));
        Path odd = Files.writeString(
                folder.resolve("odd.csv"), "a,b,when\n1e308,x,2024-01-01\n1e400,,\nNaN,Infinity\n5,x,2024-01-02\n");

        for (Path file : List.of(
                odd, resource("titanic.csv"), resource("hospital_dirty.csv"), resource("meteorite_landings.csv.gz"))) {
            JsonNode profile = JSON.readTree(Reports.json(profile(file)));

            assertThat(broken(schema, schema, profile, "")).as(file.toString()).isEmpty();
        }
        ObjectNode wrong = (ObjectNode) JSON.readTree(Reports.json(profile(odd)));
        wrong.put("rows", "many").put("more", 1);
        assertThat(broken(schema, schema, wrong, "")).containsExactlyInAnyOrder("/rows", "/more");
    }

    /** The places at which a document breaks a schema, of which only the words that this one has are known. */
    private static List<String> broken(JsonNode whole, JsonNode schema, JsonNode value, String place) {
        if (schema.has("$ref")) {
            return broken(whole, whole.at(schema.get("$ref").asText().substring(1)), value, place);
        }
        List<String> types = new ArrayList<>();
        JsonNode type = schema.get("type");
        (type.isArray() ? type : JSON.createArrayNode().add(type)).forEach(each -> types.add(each.asText()));
        String is = value.isIntegralNumber()
                ? "integer"
                : value.isNumber() ? "number" : value.getNodeType().name().toLowerCase(Locale.ROOT);
        if (!types.contains(is) && !(is.equals("integer") && types.contains("number"))) {
            return List.of(place);
        }
        List<String> broken = new ArrayList<>();
        if (value.isArray()) {
            for (int at = 0; at < value.size(); at++) {
                broken.addAll(broken(whole, schema.get("items"), value.get(at), place + "/" + at));
            }
        }
        schema.path("required").forEach(name -> {
            if (!value.has(name.asText())) {
                broken.add(place + "/" + name.asText());
            }
        });
        value.properties().forEach(field -> {
            String at = place + "/" + field.getKey();
            JsonNode property = schema.path("properties").get(field.getKey());
            JsonNode others = schema.path("additionalProperties");
            if (property != null) {
                broken.addAll(broken(whole, property, field.getValue(), at));
            } else if (others.isObject()) {
                broken.addAll(broken(whole, others, field.getValue(), at));
            } else {
                broken.add(at);
            }
        });
        return broken;
    }

    private ObjectNode object(Class<?> type, String source) {
        ObjectNode object = JSON.createObjectNode();
        object.put("type", "object");
        Comment comment = Comment.of(type, source);
        if (!comment.text().isEmpty()) {
            object.put("description", comment.text());
        }
        ObjectNode properties = object.putObject("properties");
        var required = object.putArray("required");
        for (RecordComponent component : type.getRecordComponents()) {
            ObjectNode property = schema(component.getAnnotatedType(), component.getGenericType(), source);
            String said = comment.of().get(component.getName());
            if (said != null) {
                property.put("description", said);
            }
            properties.set(component.getName(), property);
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                required.add(component.getName());
            }
        }
        object.put("additionalProperties", false);
        return object;
    }

    private ObjectNode schema(AnnotatedType annotated, Type type, String source) {
        ObjectNode schema = JSON.createObjectNode();
        if (type instanceof ParameterizedType generic) {
            AnnotatedType[] arguments = ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments();
            if (generic.getRawType() == List.class) {
                schema.put("type", "array");
                schema.set("items", schema(arguments[0], generic.getActualTypeArguments()[0], source));
            } else {
                schema.put("type", "object");
                schema.set("additionalProperties", schema(arguments[1], generic.getActualTypeArguments()[1], source));
            }
            return schema;
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            if (!definitions.containsKey(plain.getSimpleName())) {
                definitions.put(plain.getSimpleName(), JSON.createObjectNode());
                definitions.put(plain.getSimpleName(), object(plain, source));
            }
            schema.put("$ref", "#/$defs/" + plain.getSimpleName());
            return schema;
        }
        String name = plain == String.class
                ? "string"
                : plain == boolean.class
                        ? "boolean"
                        : plain == double.class || plain == Double.class ? "number" : "integer";
        // A number that is none, such as the deviation of one value, is null.
        if (name.equals("number") || annotated.isAnnotationPresent(Nullable.class)) {
            schema.putArray("type").add(name).add("null");
        } else {
            schema.put("type", name);
        }
        return schema;
    }

    /** What a record's comment says of it and of its components. */
    private record Comment(String text, Map<String, String> of) {
        private static final Pattern COMPONENT = Pattern.compile("@param (\\w+) ((?:(?!@param).)*)", Pattern.DOTALL);

        static Comment of(Class<?> type, String source) {
            Matcher matcher = Pattern.compile(
                            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*public record "
                                    + type.getSimpleName() + "\\(",
                            Pattern.DOTALL)
                    .matcher(source);
            if (!matcher.find()) {
                return new Comment("", Map.of());
            }
            String comment = matcher.group(1)
                    .replaceAll("\\n\\s*\\* ?", " ")
                    .replaceAll("\\{@\\w+ #?([^}]*)\\}", "$1")
                    .replaceAll("\\s+", " ")
                    .strip();
            int params = comment.indexOf("@param");
            Map<String, String> of = new TreeMap<>();
            Matcher each = COMPONENT.matcher(comment);
            while (each.find()) {
                of.put(each.group(1), each.group(2).strip());
            }
            return new Comment((params < 0 ? comment : comment.substring(0, params)).strip(), of);
        }
    }

    private Profile profile(Path file) {
        try (Workbench bench = Workbench.open(new Workbench.Settings(256L << 20, 1, folder.resolve("work")))) {
            Profile.Source source = FileSource.read(bench, file.toString(), FileSource.Told.NOTHING);
            Profiler.Settings settings =
                    new Profiler.Settings(List.of(), Set.of(), 10, true, 1, List.of(List.of(first(bench))));
            return Profiler.profile(bench, "data", source, settings, done -> {});
        }
    }

    private static String first(Workbench bench) {
        return String.valueOf(bench.row("SELECT column_name FROM duckdb_columns() WHERE table_name = 'raw' ORDER BY"
                        + " column_index LIMIT 1")
                .get(0));
    }

    private static Path resource(String name) throws Exception {
        return Path.of(Objects.requireNonNull(ProfileSchemaTest.class.getResource(name), name)
                .toURI());
    }
}
