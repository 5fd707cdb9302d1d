package io.polder.agent.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.polder.agent.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Flume's JSONHandler: an array of objects with {@code headers} and {@code body}. What Flume's forgives is forgiven: a body
 * that is a number is its digits, one that is null or missing is empty, headers may be null or missing, other fields are
 * passed over. So are the liberties that its parser takes with JSON itself, since programs that work with Flume may use
 * them: single quotes, names without quotes, comments, control characters in texts, and headers as an array of pairs, as
 * which PHP writes an empty object.
 */
final class JsonEvents {
    private static final int BAD_REQUEST = 400;
    private static final int UNSUPPORTED = 415;
    private static final Set<String> CHARSETS = Set.of("UTF-8", "UTF-16", "UTF-32");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    /** The parser's own words for a place, beside which the message has another. */
    private static final Pattern PLACE = Pattern.compile(" \\(start marker at \\[.*?]\\)");

    private static final byte[] EMPTY = new byte[0];

    private JsonEvents() {}

    /** The charset that a request names, or UTF-8. */
    static Charset charset(@Nullable String contentType) throws BadRequestException {
        if (contentType == null) {
            return StandardCharsets.UTF_8;
        }
        int at = contentType.toLowerCase(java.util.Locale.ROOT).indexOf("charset=");
        if (at < 0) {
            return StandardCharsets.UTF_8;
        }
        String name = contentType
                .substring(at + "charset=".length())
                .split(";", 2)[0]
                .replace("\"", "")
                .strip();
        String upper = name.toUpperCase(java.util.Locale.ROOT);
        if (!CHARSETS.contains(upper)) {
            throw new BadRequestException(
                    UNSUPPORTED, "Content-Type: charset '" + name + "' is not read. Fix: send UTF-8, UTF-16 or UTF-32");
        }
        return Charset.forName(upper);
    }

    static List<Event> parse(byte[] body, Charset charset) throws BadRequestException {
        if (body.length == 0) {
            throw new BadRequestException(
                    BAD_REQUEST,
                    "The request has no body. Fix: POST an array of events: [{\"headers\": {}, \"body\": \"…\"}]");
        }
        try (JsonParser json = charset.equals(StandardCharsets.UTF_8)
                ? JSON.createParser(body)
                : JSON.createParser(new InputStreamReader(new ByteArrayInputStream(body), charset))) {
            return events(json, charset);
        } catch (JsonProcessingException malformed) {
            throw new BadRequestException(
                    BAD_REQUEST,
                    "The body is not JSON: "
                            + PLACE.matcher(malformed.getOriginalMessage()).replaceAll("") + " (line "
                            + malformed.getLocation().getLineNr() + ", column "
                            + malformed.getLocation().getColumnNr() + "). Fix: send an array of events");
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static List<Event> events(JsonParser json, Charset charset) throws IOException, BadRequestException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw wrong("The body is no array of events", json);
        }
        List<Event> events = new ArrayList<>();
        Map<String, String> shared = Map.of();
        for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
            if (next != JsonToken.START_OBJECT) {
                throw wrong("Event " + (events.size() + 1) + " is no object", json);
            }
            Map<String, String> headers = Map.of();
            byte[] body = EMPTY;
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("body")) {
                    body = body(json, value, charset);
                } else if (field.equals("headers")) {
                    headers = headers(json, value, shared);
                    shared = headers;
                } else {
                    json.skipChildren();
                }
            }
            events.add(new Event(headers, body));
        }
        if (json.nextToken() != null) {
            throw wrong("There is something behind the array", json);
        }
        return events;
    }

    private static byte[] body(JsonParser json, JsonToken value, Charset charset)
            throws IOException, BadRequestException {
        if (value == JsonToken.VALUE_NULL) {
            return EMPTY;
        }
        if (!value.isScalarValue()) {
            throw wrong(
                    "A body is " + (value == JsonToken.START_ARRAY ? "an array" : "an object")
                            + " and must be a text, which may hold JSON",
                    json);
        }
        return json.getText().getBytes(charset);
    }

    private static Map<String, String> headers(JsonParser json, JsonToken value, Map<String, String> last)
            throws IOException, BadRequestException {
        if (value == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        Map<String, String> headers = new HashMap<>();
        if (value == JsonToken.START_ARRAY) {
            for (JsonToken pair = json.nextToken(); pair != JsonToken.END_ARRAY; pair = json.nextToken()) {
                if (pair != JsonToken.START_ARRAY || json.nextToken() != JsonToken.VALUE_STRING) {
                    throw wrong("Headers are an array, and not of pairs", json);
                }
                put(headers, json.getText(), json);
                if (json.nextToken() != JsonToken.END_ARRAY) {
                    throw wrong("Headers are an array, and not of pairs", json);
                }
            }
        } else if (value == JsonToken.START_OBJECT) {
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                put(headers, name, json);
            }
        } else {
            throw wrong("Headers are no object", json);
        }
        if (headers.isEmpty()) {
            return Map.of();
        }
        return headers.equals(last) ? last : headers;
    }

    /** Takes the value that comes next. */
    private static void put(Map<String, String> headers, String name, JsonParser json)
            throws IOException, BadRequestException {
        JsonToken token = json.nextToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (!token.isScalarValue()) {
            throw wrong("Header '" + name + "' is no text", json);
        }
        if (headers.put(name, json.getText()) != null) {
            throw wrong("Header '" + name + "' is there twice", json);
        }
    }

    private static BadRequestException wrong(String what, JsonParser json) {
        return new BadRequestException(
                BAD_REQUEST,
                what + " (line " + json.currentTokenLocation().getLineNr() + ", column "
                        + json.currentTokenLocation().getColumnNr()
                        + "). Fix: send [{\"headers\": {\"name\": \"text\"}, \"body\": \"text\"}]");
    }
}
