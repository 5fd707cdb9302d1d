package io.polder.query;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The engine's functions that a query may call: the table {@code functions.txt}, which is its own documentation. */
final class Functions {
    private static final Map<String, String> SIZES = read();

    private Functions() {}

    /** How large the values of a function are, as the table says it; null when it may not be called. */
    static @Nullable String size(String name) {
        return SIZES.get(name);
    }

    /** All that may be called. */
    static Set<String> names() {
        return Collections.unmodifiableSet(SIZES.keySet());
    }

    private static Map<String, String> read() {
        Map<String, String> sizes = new HashMap<>();
        try (InputStream in = Functions.class.getResourceAsStream("functions.txt");
                BufferedReader reader = new BufferedReader(
                        new InputStreamReader(Objects.requireNonNull(in, "functions.txt"), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                List<String> words = List.of(line.split(" "));
                for (String name : words.subList(1, words.size())) {
                    if (sizes.put(name, words.get(0)) != null) {
                        throw new IllegalStateException("functions.txt names " + name + " twice.");
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return sizes;
    }
}
