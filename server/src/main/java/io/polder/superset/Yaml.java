package io.polder.superset;

import io.polder.config.YamlText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, texts, numbers and truths as YAML that readers of 1.1 and of 1.2 take for the same. */
final class Yaml {
    private static final String STEP = "  ";

    private final StringBuilder out = new StringBuilder();

    private Yaml() {}

    /** A document; every text in it stands in quotes, or else some readers would take {@code on} for a truth. */
    static String of(Map<String, ?> document) {
        Yaml yaml = new Yaml();
        yaml.mapping(document, "");
        return yaml.out.toString();
    }

    private void mapping(Map<?, ?> mapping, String indent) {
        mapping.forEach((key, value) -> {
            out.append(indent).append(YamlText.of(String.valueOf(key))).append(':');
            value(value, indent + STEP);
        });
    }

    private void value(@Nullable Object value, String indent) {
        if (value instanceof Map<?, ?> mapping && !mapping.isEmpty()) {
            out.append('\n');
            mapping(mapping, indent);
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            out.append('\n');
            for (Object item : list) {
                out.append(indent).append('-');
                value(item, indent + STEP);
            }
        } else {
            out.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static String scalar(@Nullable Object value) {
        if (value instanceof String text) {
            return YamlText.quoted(text);
        }
        if (value instanceof Map<?, ?>) {
            return "{}";
        }
        return value instanceof List<?> ? "[]" : String.valueOf(value);
    }
}
