package io.polder.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** How this program writes JSON. Stateless. */
final class Json {
    static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    /** Reads request bodies: strict about repeated members and what follows the value. */
    static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The greatest whole number up to which every reader of JSON is exact. */
    private static final long EXACT = (1L << 53) - 1;
    /** Decimal digits that survive a reader that keeps numbers as doubles. */
    private static final int EXACT_DIGITS = 15;

    private Json() {}

    /** Writes one JSON value. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] bytes(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            body.write(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing JSON to memory", impossible);
        }
        return bytes.toByteArray();
    }

    /** An instant as ISO 8601 in UTC to the microsecond, which is all that some readers take; or null. */
    static void instant(JsonGenerator json, String name, @Nullable Instant instant) throws IOException {
        text(
                json,
                name,
                instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS).toString());
    }

    static void text(JsonGenerator json, String name, @Nullable String text) throws IOException {
        json.writeFieldName(name);
        json.writeString(text);
    }

    static void texts(JsonGenerator json, String name, Collection<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** A number as short as it can be written; null when it is not a finite one. */
    static void number(JsonGenerator json, double number) throws IOException {
        if (!Double.isFinite(number)) {
            json.writeNull();
        } else if (number == Math.rint(number) && Math.abs(number) <= EXACT) {
            json.writeNumber((long) number);
        } else {
            json.writeNumber(number);
        }
    }

    /** A measured number, to three decimals. */
    static void rounded(JsonGenerator json, String name, double number) throws IOException {
        json.writeFieldName(name);
        number(json, Double.isFinite(number) ? Math.rint(number * 1_000) / 1_000 : number);
    }

    /**
     * A value of an {@link io.polder.query.Answer}. Numbers that a reader of doubles would change are written as text,
     * as are instants, dates, infinities and NaN; bytes are Base64.
     */
    static void value(JsonGenerator json, @Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof BigInteger integer) {
            integer(json, integer);
        } else if (value instanceof BigDecimal decimal) {
            decimal(json, decimal);
        } else if (value instanceof Double || value instanceof Float) {
            real(json, ((Number) value).doubleValue());
        } else if (value instanceof Number number) {
            integer(json, BigInteger.valueOf(number.longValue()));
        } else if (value instanceof byte[] bytes) {
            json.writeString(Base64.getEncoder().encodeToString(bytes));
        } else {
            json.writeString(value.toString());
        }
    }

    private static void integer(JsonGenerator json, BigInteger integer) throws IOException {
        if (integer.bitLength() <= 53) {
            json.writeNumber(integer.longValueExact());
        } else {
            json.writeString(integer.toString());
        }
    }

    private static void decimal(JsonGenerator json, BigDecimal decimal) throws IOException {
        if (decimal.precision() <= EXACT_DIGITS) {
            json.writeNumber(decimal.toPlainString());
        } else {
            json.writeString(decimal.toPlainString());
        }
    }

    private static void real(JsonGenerator json, double real) throws IOException {
        if (Double.isFinite(real)) {
            json.writeNumber(real);
        } else {
            json.writeString(Double.toString(real));
        }
    }
}
