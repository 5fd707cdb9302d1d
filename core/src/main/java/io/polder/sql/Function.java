package io.polder.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * A rule of the dialect: how a function of Impala is said to the engine.
 *
 * @param signature as documents write it: {@code substr(text, from, length)}; the last parameter may be {@code more...}
 * @param template what the engine is told: {@code $text} stands for an argument, {@code $more} for the rest of them with
 *     commas between, {@code $over} for the window behind an analytic function (which else comes at the end), {@code
 *     $pattern(text)} for a date pattern that must be a literal
 * @param says what it does, where that is not plain from its name, and what differs from Impala
 * @param examples what it gives, as the tests see it
 */
record Function(String group, String signature, String template, String says, List<Example> examples) {
    Function {
        examples = List.copyOf(examples);
    }

    /** An expression and the text of its value; NULL is {@code NULL}. */
    record Example(String expression, String value) {}

    String name() {
        return signature.substring(0, signature.indexOf('('));
    }

    List<String> parameters() {
        String inner = signature.substring(signature.indexOf('(') + 1, signature.length() - 1);
        List<String> parameters = new ArrayList<>();
        for (String parameter : inner.split(",", -1)) {
            if (!parameter.isBlank()) {
                parameters.add(parameter.strip());
            }
        }
        return parameters;
    }

    boolean isVariadic() {
        return signature.endsWith("...)");
    }

    /** Whether it can be called with so many arguments. */
    boolean takes(int arguments) {
        int count = parameters().size();
        return isVariadic() ? arguments >= count - 1 : arguments == count;
    }
}
