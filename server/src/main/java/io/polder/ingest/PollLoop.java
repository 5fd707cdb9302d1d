package io.polder.ingest;

import io.polder.config.Feed;
import io.polder.format.MalformedDocumentException;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches an address on a schedule and takes what changed. Runs on a thread of its own.
 *
 * <p>Times are kept from the first fetch on: a slow answer does not move the schedule, a missed time is left out. After a
 * failure it tries again sooner, waiting twice as long each time and up to half of that less, so that many feeds do not
 * come back at once.
 */
final class PollLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(PollLoop.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(5);
    private static final Duration HOLD = Duration.ofMillis(500);
    private static final int SNIFFED_BYTES = 1_024;

    private final Feed feed;
    private final URI address;
    private final Edge edge;
    private final FeedMeter meter;
    private final Gate gate;
    private final Supplier<Optional<String>> closed;
    private final HttpClient client;
    private final InstantSource clock;
    private final Gathering events = new Gathering();

    private @Nullable String tag;
    private @Nullable String lastModified;
    private byte[] lastHash = new byte[0];
    private int failures;
    private long due;

    PollLoop(
            Feed feed,
            Edge edge,
            FeedMeter meter,
            Gate gate,
            Supplier<Optional<String>> closed,
            HttpClient client,
            InstantSource clock) {
        this.feed = feed;
        address = Objects.requireNonNull(feed.poll(), "a poll feed has an address");
        this.edge = edge;
        this.meter = meter;
        this.gate = gate;
        this.closed = closed;
        this.client = client;
        this.clock = clock;
    }

    /** Something that is wrong with the address's answer, as a sentence. */
    private static final class BadAnswer extends Exception {
        BadAnswer(String message) {
            super(message);
        }
    }

    @Override
    public void run() {
        try {
            due = System.nanoTime();
            while (gate.awaitOpen()) {
                if (closed.get().isPresent()) {
                    gate.rest(HOLD);
                    continue;
                }
                boolean isDone = pollOnce();
                Duration rest = isDone ? untilNext() : retryAfter();
                meter.nextAt(clock.instant().plus(rest));
                gate.rest(rest);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration untilNext() {
        long now = System.nanoTime();
        long every = feed.every().toNanos();
        long missed = Math.max(0, now - due) / every;
        due += (missed + 1) * every;
        return Duration.ofNanos(due - now);
    }

    private Duration retryAfter() {
        long most = Math.min(feed.every().toMillis(), LAST_RETRY.toMillis());
        long wait = Math.min(most, FIRST_RETRY.toMillis() << Math.max(0, Math.min(20, failures - 1)));
        return Duration.ofMillis(wait - ThreadLocalRandom.current().nextLong(wait / 2 + 1));
    }

    /** Whether it went well. */
    private boolean pollOnce() throws InterruptedException {
        try {
            fetch();
            failures = 0;
            meter.succeeded();
            return true;
        } catch (BadAnswer bad) {
            return failed(feed.shownAddress() + " " + bad.getMessage());
        } catch (MalformedDocumentException malformed) {
            return failed(feed.shownAddress() + " sent a document that is not well-formed: " + malformed.getMessage());
        } catch (PolderException failure) {
            if (failure.code() == ErrorCode.TOO_LARGE) {
                return failed(feed.shownAddress() + " sent more than max_size, " + Bodies.size(feed.maxBytes()) + ".");
            }
            return failed(failure.getMessage());
        } catch (RuntimeException bug) {
            log.error("Polling feed {} failed.", feed.name(), bug);
            return failed("Polling failed: " + bug);
        }
    }

    private boolean failed(@Nullable String sentence) {
        if (Thread.currentThread().isInterrupted()) {
            return false;
        }
        failures++;
        meter.failed(sentence == null ? "Polling failed." : sentence);
        return false;
    }

    private void fetch() throws InterruptedException, BadAnswer, MalformedDocumentException {
        HttpResponse<Bodies.Body> answer = ask();
        int status = answer.statusCode();
        if (status == 304) {
            return;
        }
        if (status != 200) {
            throw new BadAnswer("answered with status " + status + ".");
        }
        Bodies.Body body = unpacked(answer.body());
        checkKind(answer.headers(), body);
        byte[] hash = hash(body);
        if (!Arrays.equals(hash, lastHash)) {
            take(body);
            lastHash = hash;
        }
        tag = answer.headers().firstValue("ETag").orElse(null);
        lastModified = answer.headers().firstValue("Last-Modified").orElse(null);
    }

    private void take(Bodies.Body body) throws MalformedDocumentException {
        edge.begin(events, 0).read(body.bytes());
        try {
            feed.format().splitter(feed.key()).split(body.bytes(), 0, body.length(), true, events);
            edge.take(events, 0, events.size(), null);
        } finally {
            events.end();
        }
    }

    private HttpResponse<Bodies.Body> ask() throws InterruptedException, BadAnswer {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(feed.timeout())
                .header("User-Agent", "Polder")
                .header("Accept-Encoding", "gzip");
        if (tag != null) {
            request.header("If-None-Match", tag);
        }
        if (lastModified != null) {
            request.header("If-Modified-Since", lastModified);
        }
        CompletableFuture<HttpResponse<Bodies.Body>> answer = client.sendAsync(
                request.build(),
                response -> new Limited(
                        feed.maxBytes(),
                        response.headers().firstValueAsLong("Content-Length").orElse(0)));
        try {
            return answer.get(feed.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw new BadAnswer(slow());
        } catch (ExecutionException failure) {
            throw new BadAnswer(reason(failure.getCause() == null ? failure : failure.getCause()));
        } finally {
            answer.cancel(true);
        }
    }

    private String slow() {
        return "did not answer in full within " + feed.timeout().toMillis() / 1e3 + " s (timeout).";
    }

    private String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PolderException tooLarge) {
                throw tooLarge;
            }
            if (cause instanceof UnresolvedAddressException) {
                return "cannot be reached: the host's name is not known.";
            }
            if (cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException)) {
                return slow();
            }
        }
        String said = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException
                ? "cannot be reached (" + said + ")."
                : "broke off its answer (" + said + ").";
    }

    private Bodies.Body unpacked(Bodies.Body body) throws BadAnswer {
        try {
            return body.unpacked(feed.maxBytes());
        } catch (IOException damaged) {
            throw new BadAnswer("sent a gzip body that is damaged: " + damaged.getMessage() + ".");
        }
    }

    /** Refuses what is plainly not the feed's format, of which lenient formats would make nonsense. */
    private void checkKind(HttpHeaders headers, Bodies.Body body) throws BadAnswer {
        String contentType = headers.firstValue("Content-Type").orElse("");
        String beginning = new String(body.bytes(), 0, Math.min(SNIFFED_BYTES, body.length()), StandardCharsets.UTF_8)
                .replace("\ufeff", "")
                .stripLeading()
                .toLowerCase(Locale.ROOT);
        if (beginning.startsWith("<!doctype html") || beginning.startsWith("<html")) {
            throw new BadAnswer(
                    "sent an HTML page where " + feed.formatName() + " was expected" + title(beginning) + ".");
        }
        String charset = MediaTypes.charset(contentType);
        // XML says itself how it is encoded, and servers are often wrong about it.
        if (!MediaTypes.isXml(feed) && !MediaTypes.isUtf8(charset)) {
            throw new BadAnswer("sent a document in " + charset + ", but only UTF-8 is read.");
        }
    }

    private static String title(String page) {
        int from = page.indexOf("<title>");
        int to = page.indexOf("</title>");
        return from < 0 || to < from
                ? ""
                : ", titled '" + page.substring(from + 7, to).strip() + "'";
    }

    private static byte[] hash(Bodies.Body body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(body.bytes(), 0, body.length());
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256.", impossible);
        }
    }

    /** Receives a body up to a limit; what is longer is broken off. */
    private static final class Limited implements HttpResponse.BodySubscriber<Bodies.Body> {
        private static final int FIRST_BYTES = 64 << 10;
        /** What is believed of an announcement. */
        private static final int MOST_ANNOUNCED = 16 << 20;

        private final CompletableFuture<Bodies.Body> body = new CompletableFuture<>();
        private final long maxBytes;
        private byte[] bytes;
        private int length;
        private Flow.@Nullable Subscription subscription;

        /**
         * @param announced how many bytes the answer says it has; 0 when it does not
         */
        Limited(long maxBytes, long announced) {
            this.maxBytes = maxBytes;
            bytes = new byte[(int) Math.max(FIRST_BYTES, Math.min(announced, Math.min(maxBytes, MOST_ANNOUNCED)))];
        }

        @Override
        public CompletionStage<Bodies.Body> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            if (body.isDone()) {
                return;
            }
            for (ByteBuffer part : parts) {
                long needed = (long) length + part.remaining();
                if (needed > maxBytes) {
                    body.completeExceptionally(Bodies.tooLarge(maxBytes));
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    return;
                }
                while (bytes.length < needed) {
                    bytes = Arrays.copyOf(bytes, Bodies.larger(bytes.length, maxBytes));
                }
                int count = part.remaining();
                part.get(bytes, length, count);
                length += count;
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(new Bodies.Body(bytes, length));
        }
    }
}
