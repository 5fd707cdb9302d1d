package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a {@code Content-Type} says about a document. */
final class MediaTypes {
    private static final List<String> JSON = List.of(
            "application/json",
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
            "application/x-jsonlines",
            "application/json-lines",
            "text/json");
    private static final List<String> CSV = List.of("text/csv", "application/csv");
    private static final List<String> XML = List.of("application/xml", "text/xml");
    private static final List<String> ANY = List.of("text/plain", "application/octet-stream", "application/gzip");

    private MediaTypes() {}

    /**
     * @param contentType as sent; null when missing, which is fine
     * @throws PolderException UNSUPPORTED_MEDIA
     */
    static void check(Feed feed, @Nullable String contentType) {
        if (contentType == null || contentType.isBlank()) {
            return;
        }
        String type = type(contentType);
        List<String> read = of(feed);
        if (!read.contains(type)
                && !ANY.contains(type)
                && !(read == JSON && type.endsWith("+json"))
                && !(read == XML && type.endsWith("+xml"))) {
            throw new PolderException(
                    ErrorCode.UNSUPPORTED_MEDIA,
                    "Content-Type = '" + contentType + "': feed '" + feed.name() + "' reads " + feed.formatName()
                            + ". Fix: send it with Content-Type: " + read.get(0) + ".");
        }
        String charset = charset(contentType);
        if (!isUtf8(charset)) {
            throw new PolderException(
                    ErrorCode.UNSUPPORTED_MEDIA,
                    "Content-Type = '" + contentType + "': only UTF-8 is read. Fix: convert it to UTF-8.");
        }
    }

    /** The type without parameters, in lower case. */
    static String type(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }

    /** The charset that is named; UTF-8 when none is. */
    static String charset(String contentType) {
        for (String parameter : contentType.split(";", -1)) {
            String[] parts = parameter.split("=", 2);
            if (parts.length == 2 && parts[0].strip().equalsIgnoreCase("charset")) {
                return parts[1].strip().replace("\"", "");
            }
        }
        return "UTF-8";
    }

    static boolean isUtf8(String charset) {
        return charset.equalsIgnoreCase("UTF-8")
                || charset.equalsIgnoreCase("UTF8")
                || charset.equalsIgnoreCase("US-ASCII");
    }

    static boolean isXml(Feed feed) {
        return of(feed) == XML;
    }

    private static List<String> of(Feed feed) {
        return switch (feed.formatName()) {
            case "json" -> JSON;
            case "csv" -> CSV;
            default -> XML;
        };
    }
}
