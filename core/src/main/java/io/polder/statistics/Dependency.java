package io.polder.statistics;

import java.util.List;

/**
 * Where two rows agree on the determinants, they agree on the dependent, too.
 *
 * @param determinants columns in their order; none for a column that has one value only
 * @param dependent a column
 */
public record Dependency(List<Integer> determinants, int dependent) {
    public Dependency {
        determinants = List.copyOf(determinants);
    }
}
