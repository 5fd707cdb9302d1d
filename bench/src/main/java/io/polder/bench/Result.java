package io.polder.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers of one scenario, by name, in order. */
record Result(String scenario, Map<String, Object> numbers) {
    Result {
        numbers = new LinkedHashMap<>(numbers);
    }
}
