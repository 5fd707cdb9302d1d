package io.polder.agent.avro;

import io.polder.agent.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS as a component's keys describe it. Immutable. */
final class Tls {
    private final SSLContext context;
    private final Settings settings;

    private Tls(SSLContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
    }

    /** Reads the stores; what is wrong with them goes to {@link Settings#problem}. Empty without {@code ssl}. */
    static Optional<Tls> of(Settings settings) {
        if (!settings.isTrue("ssl")) {
            return Optional.empty();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(settings), trust(settings), null);
            return Optional.of(new Tls(context, settings));
        } catch (GeneralSecurityException unusable) {
            settings.problem("ssl", "TLS cannot be spoken: " + unusable.getMessage(), "mend the stores that it names");
            return Optional.empty();
        }
    }

    private static KeyManager @Nullable [] keys(Settings settings) throws GeneralSecurityException {
        KeyStore store = store(settings, "keystore");
        if (store == null) {
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, settings.text("keystore-password").toCharArray());
        return factory.getKeyManagers();
    }

    private static TrustManager @Nullable [] trust(Settings settings) throws GeneralSecurityException {
        KeyStore store = store(settings, "truststore");
        if (store == null) {
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static @Nullable KeyStore store(Settings settings, String key) throws GeneralSecurityException {
        String file = settings.text(key);
        if (file.isEmpty()) {
            return null;
        }
        KeyStore store = KeyStore.getInstance(settings.text(key + "-type"));
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            String password = settings.text(key + "-password");
            store.load(in, password.isEmpty() ? null : password.toCharArray());
            return store;
        } catch (IOException unreadable) {
            settings.problem(
                    key, "cannot be read: " + unreadable.getMessage(), "see the file, its type and its password");
            return null;
        }
    }

    /** The accepting end of a connection. */
    SSLEngine server() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(settings.isTrue("client-auth"));
        limit(engine);
        return engine;
    }

    /** The connecting end, which holds the other to its name. */
    SSLEngine client(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        limit(engine);
        return engine;
    }

    private void limit(SSLEngine engine) {
        List<String> without = words("exclude-protocols");
        List<String> only = words("include-protocols");
        engine.setEnabledProtocols(Arrays.stream(engine.getEnabledProtocols())
                .filter(name -> !without.contains(name) && (only.isEmpty() || only.contains(name)))
                .toArray(String[]::new));
        List<String> noSuites = words("exclude-cipher-suites");
        List<String> suites = words("include-cipher-suites");
        engine.setEnabledCipherSuites(Arrays.stream(engine.getEnabledCipherSuites())
                .filter(name -> !noSuites.contains(name) && (suites.isEmpty() || suites.contains(name)))
                .toArray(String[]::new));
    }

    private List<String> words(String key) {
        String text = settings.text(key).strip();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }
}
