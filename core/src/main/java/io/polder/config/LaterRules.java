package io.polder.config;

import io.polder.record.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules that were switched on while the mart ran, in a file of their own beside the definition: {@value #FILE}. They
 * are rules as in {@code polder.yaml}, with the table that they are of and the places in the log between which they
 * apply.
 */
public final class LaterRules {
    /** Its name in the mart's folder. */
    public static final String FILE = "rules.yaml";

    private static final String HEAD = """
            # Rules that were switched on while the mart ran. Polder writes this file: 'since' and 'until' are offsets by
            # partition, so that rows that are computed again are as they were. To end a rule, switch it off on the page of
            # its table: without it, a rebuild would make other rows. A rule for all rows belongs into polder.yaml.
            rules:
            """;

    private LaterRules() {}

    /** The mappings of the file by table; empty when there is no such file. */
    static Map<String, List<Value.Mapping>> read(Path folder, Problems problems) {
        Map<String, List<Value.Mapping>> rules = new LinkedHashMap<>();
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return rules;
        }
        Value.Mapping document = YamlDocument.read(file, problems);
        if (document == null) {
            return rules;
        }
        List<Value.Mapping> all = MartKeys.RULE_FILE.open(document, problems).find(MartKeys.LATER_RULES);
        for (Value.Mapping rule : all == null ? List.<Value.Mapping>of() : all) {
            if (!rule.members().containsKey(MartKeys.SINCE.name())) {
                problems.add(
                        rule,
                        "does not say from where in the log on it applies",
                        "write it below the table in polder.yaml");
            } else if (rule.members().get(MartKeys.RULE_TABLE.name()) instanceof Value.Text table) {
                rules.computeIfAbsent(table.text(), name -> new ArrayList<>()).add(rule);
            } else {
                problems.add(rule, "does not say which table it is of", "add 'table: NAME'");
            }
        }
        return rules;
    }

    /**
     * Writes the file, so that it is on the disk.
     *
     * @param rules by table
     */
    public static void write(Path folder, Map<String, List<Rule>> rules) throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        rules.forEach((table, all) -> all.forEach(rule -> text.append("  - {table: ")
                .append(YamlText.of(table))
                .append(", ")
                .append(members(rule))
                .append("}\n")));
        WholeFile.replaceOnDisk(folder.resolve(FILE), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The file as it is; null when there is none. */
    public static byte @Nullable [] bytes(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
    }

    /** Puts back what {@link #bytes} gave. */
    public static void restore(Path folder, byte @Nullable [] before) throws IOException {
        if (before == null) {
            Files.deleteIfExists(folder.resolve(FILE));
        } else {
            WholeFile.replaceOnDisk(folder.resolve(FILE), before);
        }
    }

    /** A rule as the members of a mapping. */
    static String members(Rule rule) {
        StringBuilder text = new StringBuilder("name: ").append(YamlText.of(rule.name()));
        if (!rule.column().isEmpty()) {
            text.append(", column: ").append(YamlText.of(rule.column()));
        }
        text.append(", check: ")
                .append(YamlText.quoted(rule.check()))
                .append(", on_violation: ")
                .append(MartKeys.word(rule.onViolation()));
        rule.fix().ifPresent(fix -> text.append(", fix: ").append(YamlText.quoted(fix)));
        if (!rule.since().isEmpty()) {
            text.append(", since: ").append(rule.since());
        }
        if (!rule.until().isEmpty()) {
            text.append(", until: ").append(rule.until());
        }
        return text.toString();
    }
}
