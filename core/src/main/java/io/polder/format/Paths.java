package io.polder.format;

import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What formats check about the fields that they are given. */
final class Paths {
    private Paths() {}

    /**
     * Gives every field's path to {@code parse}, and makes a problem of every {@link IllegalArgumentException}.
     *
     * @param fix how paths of this format are written
     */
    static List<Problem> problems(List<Field> fields, Consumer<String> parse, String fix) {
        List<Problem> problems = new ArrayList<>();
        for (Field field : fields) {
            try {
                parse.accept(field.path());
            } catch (IllegalArgumentException malformed) {
                problems.add(new Problem(
                        "fields." + field.name() + ".path", field.path(), String.valueOf(malformed.getMessage()), fix));
            }
        }
        return problems;
    }

    static void checkDecimal(char decimal, List<Problem> problems) {
        if (decimal != '.' && decimal != ',') {
            problems.add(new Problem(
                    "format.decimal", String.valueOf(decimal), "neither a point nor a comma", "write \".\" or \",\""));
        }
    }

    /** Throws when there are problems. */
    static void require(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_DEFINITION, problems);
        }
    }

    /** The places in the schema of the fields that are called so. */
    static int[] places(Schema schema, List<String> names) {
        int[] places = new int[names.size()];
        for (int index = 0; index < places.length; index++) {
            places[index] = schema.indexOf(names.get(index));
            if (places[index] < 0) {
                throw new PolderException(
                        ErrorCode.INVALID_DEFINITION,
                        List.of(new Problem(
                                "key",
                                names.get(index),
                                "no such field",
                                Problem.suggestion(
                                        names.get(index),
                                        schema.fields().stream()
                                                .map(Field::name)
                                                .toList()))));
            }
        }
        return places;
    }
}
