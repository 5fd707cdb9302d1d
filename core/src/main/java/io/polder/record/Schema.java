package io.polder.record;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The fields of a feed's events, or the columns of a table, in order; names are unique, ignoring case. */
public record Schema(List<Field> fields) {
    public Schema {
        fields = List.copyOf(fields);
        Set<String> seen = new LinkedHashSet<>();
        for (Field field : fields) {
            if (!seen.add(field.name().toLowerCase(java.util.Locale.ROOT))) {
                throw new IllegalArgumentException("Two fields are called '" + field.name() + "'.");
            }
        }
    }

    /** The place of the field called {@code name}, ignoring case, or -1. */
    public int indexOf(String name) {
        for (int index = 0; index < fields.size(); index++) {
            if (fields.get(index).name().equalsIgnoreCase(name)) {
                return index;
            }
        }
        return -1;
    }

    public int size() {
        return fields.size();
    }
}
