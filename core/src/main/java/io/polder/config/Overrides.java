package io.polder.config;

import io.polder.record.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the command line, {@code --set key=value}: each takes the place of what a file says. An empty value takes
 * the key away, so that its default holds.
 */
final class Overrides {
    private static final Pattern STEP = Pattern.compile("([^\\[\\]]+)((?:\\[\\d{1,6}])*)");

    /** One setting; {@code value} is empty when it takes the key away. */
    record Setting(Value.Where where, String key, String value) {
        private List<String> steps() {
            return Overrides.steps(key);
        }
    }

    private final Problems problems;

    private Overrides(Problems problems) {
        this.problems = problems;
    }

    /**
     * Those settings that are about {@code ours}.
     *
     * @param ours first words of the keys of the file that is read
     * @param others first words of keys of other files, which are left alone
     */
    static List<Setting> settings(List<String> settings, List<String> ours, List<String> others, Problems problems) {
        List<Setting> about = new ArrayList<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals <= 0) {
                problems.add(
                        new Value.Where("--set", 0, ""), setting, "is no setting", "write it like --set web.port=8081");
                continue;
            }
            String key = setting.substring(0, equals).strip();
            Value.Where where = new Value.Where("--set", 0, key);
            String first = steps(key).get(0);
            if (ours.contains(first)) {
                about.add(new Setting(where, key, setting.substring(equals + 1).strip()));
            } else if (!others.contains(first)) {
                Set<String> known = new TreeSet<>(ours);
                known.addAll(others);
                problems.add(where, "", "no such key", Problem.suggestion(first, known));
            }
        }
        return about;
    }

    /** What {@code document} says with all settings in place. */
    static Value.Mapping apply(Value.Mapping document, List<Setting> settings, Problems problems) {
        Overrides overrides = new Overrides(problems);
        Value.Mapping changed = document;
        for (Setting setting : settings) {
            Value leaf = setting.value.isEmpty() ? null : YamlDocument.setting(setting.where, setting.value, problems);
            boolean isMalformed = leaf == null && !setting.value.isEmpty();
            if (!isMalformed && overrides.replaced(changed, setting, 0, leaf) instanceof Value.Mapping mapping) {
                changed = mapping;
            }
        }
        return changed;
    }

    /** {@code value} with the leaf at the steps from {@code depth} on; {@code value} itself when there is a problem. */
    private Value replaced(Value value, Setting setting, int depth, @Nullable Value leaf) {
        String step = setting.steps().get(depth);
        boolean isLast = depth + 1 == setting.steps().size();
        if (step.startsWith("[")) {
            return replacedItem(value, setting, depth, leaf);
        }
        if (!(value instanceof Value.Mapping mapping)) {
            problems.add(
                    setting.where,
                    "",
                    "is inside of " + value.noun() + ", which has no '" + step + "'",
                    "set " + String.join(".", setting.steps().subList(0, depth)) + " as a whole");
            return value;
        }
        Value old = mapping.members().get(step);
        if (old == null && depth == 1 && !isLast) {
            problems.add(
                    setting.where,
                    "",
                    "there is no '" + step + "' in " + setting.steps().get(0),
                    Problem.suggestion(step, mapping.members().keySet()));
            return value;
        }
        Map<String, Value> members = new LinkedHashMap<>(mapping.members());
        if (isLast && leaf == null) {
            members.remove(step);
        } else if (isLast && leaf != null) {
            members.put(step, leaf);
        } else {
            Value inner = old == null ? new Value.Mapping(setting.where, Map.of()) : old;
            members.put(step, replaced(inner, setting, depth + 1, leaf));
        }
        return new Value.Mapping(mapping.where(), members);
    }

    private Value replacedItem(Value value, Setting setting, int depth, @Nullable Value leaf) {
        String step = setting.steps().get(depth);
        int index = Integer.parseInt(step.substring(1, step.length() - 1)) - 1;
        if (!(value instanceof Value.Items items)
                || index < 0
                || index >= items.values().size()) {
            problems.add(setting.where, "", "there is no item " + step, "count the items of the list from 1");
            return value;
        }
        List<Value> values = new ArrayList<>(items.values());
        if (depth + 1 < setting.steps().size()) {
            values.set(index, replaced(values.get(index), setting, depth + 1, leaf));
        } else if (leaf == null) {
            values.remove(index);
        } else {
            values.set(index, leaf);
        }
        return new Value.Items(items.where(), values);
    }

    /** {@code a.b[1].c} to a, b, [1], c. */
    private static List<String> steps(String key) {
        List<String> steps = new ArrayList<>();
        for (String part : key.split("\\.", -1)) {
            Matcher matcher = STEP.matcher(part);
            if (!matcher.matches()) {
                steps.add(part);
                continue;
            }
            steps.add(matcher.group(1));
            for (String index : matcher.group(2).split("(?<=])", -1)) {
                if (!index.isEmpty()) {
                    steps.add(index);
                }
            }
        }
        return steps;
    }
}
