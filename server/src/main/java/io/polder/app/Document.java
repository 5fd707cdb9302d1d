package io.polder.app;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

/**
 * A document to look at, unpacked, or the beginning of a long one. Not copied; not changed by anybody.
 *
 * @param isWhole whether it ends where the bytes end
 * @param from where it came from, for people
 */
record Document(byte[] bytes, boolean isWhole, String from) {
    /** Fetches an address once, as a feed would. */
    static Document fetched(URI address, Duration timeout, long maxBytes) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Accept-Encoding", "gzip")
                .build();
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw unreadable(address.toString(), new IOException("the answer has status " + response.statusCode()));
            }
            return taken(
                    response.body(), Math.toIntExact(Math.min(maxBytes, Integer.MAX_VALUE - 8)), address.toString());
        } catch (IOException failure) {
            throw unreadable(address.toString(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw unreadable(address.toString(), stop);
        }
    }

    /** Reads the beginning of a file. */
    static Document read(Path file, int maxBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            return taken(in, maxBytes, file.toString());
        } catch (IOException failure) {
            throw unreadable(file.toString(), failure);
        }
    }

    /** Reads the beginning of what is piped into the program. */
    static Document piped(int maxBytes) {
        try {
            return taken(System.in, maxBytes, "standard input");
        } catch (IOException failure) {
            throw unreadable("standard input", failure);
        }
    }

    private static Document taken(InputStream in, int maxBytes, String from) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(2);
        boolean isPacked = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        InputStream plain = isPacked ? new GZIPInputStream(buffered) : buffered;
        byte[] bytes = plain.readNBytes(maxBytes);
        return new Document(bytes, plain.read() < 0, from);
    }

    private static String why(Exception failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "this user may not read it";
        }
        if (failure instanceof ConnectException) {
            return "nobody answers there";
        }
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.toString() : message;
    }

    private static PolderException unreadable(String from, Exception failure) {
        return new PolderException(
                ErrorCode.UNAVAILABLE,
                from + ": it cannot be read (" + why(failure)
                        + "). Fix: see that it is there and that this machine reaches it",
                failure);
    }
}
