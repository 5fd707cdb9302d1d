package io.polder.web;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A key as one segment of a path: its values percent-encoded and joined by commas. Stateless. */
final class RowAddress {
    private RowAddress() {}

    /** One value: what is neither a letter, a digit nor one of {@code -._~} percent-encoded. */
    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /**
     * The values of a segment as it stands in the request.
     *
     * @throws PolderException INVALID_REQUEST
     */
    static List<String> decode(String segment) {
        List<String> values = new ArrayList<>();
        for (String value : segment.split(",", -1)) {
            values.add(decodeOne(value));
        }
        return values;
    }

    /** A percent-encoded part of a path, where a plus is a plus. */
    static String decodeOne(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "path segment = '" + text
                            + "': a '%' is not followed by two hexadecimal digits. Fix: write '%25' for"
                            + " a percent sign",
                    malformed);
        }
    }
}
