package io.polder.profile;

import io.polder.config.RuleFile;
import java.util.List;

/**
 * A rule over several rows that is watched in a mart's table, and how it fares.
 *
 * @param violations how many rows break it; negative when that is not known
 * @param examples keys of some of these, the values of one joined by commas; none when the table has personal columns
 * @param problem why it was not counted; empty when it was, or will be
 */
public record WatchedRule(
        String name, RuleFile.Expectation rule, long violations, List<String> examples, String problem) {
    public WatchedRule {
        examples = List.copyOf(examples);
    }

    /** Without rows, and rounded down to a multiple of {@code k}. */
    WatchedRule shielded(int k) {
        return new WatchedRule(name, rule, violations < 0 ? -1 : violations / k * k, List.of(), problem);
    }
}
