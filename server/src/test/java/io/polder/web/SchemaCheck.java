package io.polder.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds a JSON value against the part of JSON Schema that {@code openapi.json} uses; what it does not know it refuses. */
final class SchemaCheck {
    private static final Set<String> KEYWORDS = Set.of(
            "$ref",
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "oneOf",
            "format",
            "minimum",
            "maximum",
            "default",
            "description");

    private final JsonNode document;
    private final List<String> violations = new ArrayList<>();

    private SchemaCheck(JsonNode document) {
        this.document = document;
    }

    /** What is not as the schema says, each with its place; empty when all is. */
    static List<String> violations(JsonNode document, JsonNode schema, JsonNode value) {
        SchemaCheck check = new SchemaCheck(document);
        check.check("$", schema, value);
        return check.violations;
    }

    /** What a reference points to, or the node itself. */
    static JsonNode resolved(JsonNode document, JsonNode node) {
        if (!node.has("$ref")) {
            return node;
        }
        JsonNode target = document.at(node.path("$ref").asText().substring(1));
        if (target.isMissingNode()) {
            throw new AssertionError("no such reference: " + node);
        }
        return target;
    }

    private void check(String place, JsonNode mayRefer, JsonNode value) {
        JsonNode schema = resolved(document, mayRefer);
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            if (!KEYWORDS.contains(keyword.getKey())) {
                throw new AssertionError("keyword not known to the check: " + keyword.getKey());
            }
        }
        if (schema.has("oneOf")) {
            checkOneOf(place, schema, value);
            return;
        }
        if (schema.has("type") && !isOfType(schema.path("type"), value)) {
            violations.add(place + ": " + value + " is not " + schema.path("type"));
            return;
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value)) {
            violations.add(place + ": " + value + " is not in " + schema.path("enum"));
        }
        if (schema.has("minimum")
                && value.isNumber()
                && value.asDouble() < schema.path("minimum").asDouble()) {
            violations.add(place + ": " + value + " is under " + schema.path("minimum"));
        }
        if (schema.has("maximum")
                && value.isNumber()
                && value.asDouble() > schema.path("maximum").asDouble()) {
            violations.add(place + ": " + value + " is over " + schema.path("maximum"));
        }
        if (schema.path("format").asText().equals("date-time") && value.isTextual()) {
            checkInstant(place, value.asText());
        }
        if (value.isObject()) {
            checkObject(place, schema, value);
        }
        if (value.isArray() && schema.has("items")) {
            for (int index = 0; index < value.size(); index++) {
                check(place + "[" + index + "]", schema.path("items"), value.path(index));
            }
        }
    }

    private void checkOneOf(String place, JsonNode schema, JsonNode value) {
        int fitting = 0;
        for (JsonNode choice : schema.path("oneOf")) {
            fitting += violations(document, choice, value).isEmpty() ? 1 : 0;
        }
        if (fitting != 1) {
            violations.add(place + ": " + value + " fits " + fitting + " of " + schema.path("oneOf"));
        }
    }

    private void checkInstant(String place, String text) {
        try {
            Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            violations.add(place + ": " + text + " is not an instant in UTC");
        }
    }

    private void checkObject(String place, JsonNode schema, JsonNode value) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                violations.add(place + "." + name.asText() + " is missing");
            }
        }
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            String name = member.getKey();
            JsonNode described = schema.path("properties").path(name);
            JsonNode others = schema.path("additionalProperties");
            if (!described.isMissingNode()) {
                check(place + "." + name, described, member.getValue());
            } else if (others.isObject()) {
                check(place + "." + name, others, member.getValue());
            } else if (others.isBoolean() && !others.asBoolean()) {
                violations.add(place + "." + name + " is not described");
            }
        }
    }

    private static boolean isOfType(JsonNode types, JsonNode value) {
        if (types.isTextual()) {
            return isOf(types.asText(), value);
        }
        for (JsonNode type : types) {
            if (isOf(type.asText(), value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new AssertionError("type not known to the check: " + type);
        };
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode element : list) {
            if (element.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
