package io.polder.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of the dialect: what is written by hand around the functions, which are made from the rules. */
final class ImpalaPageTest {
    private static final Path PAGE = Path.of("..", "docs", "sql.md");
    private static final String BEGIN = "<!-- functions: made by ImpalaPageTest with -Dgolden.update=true -->\n";
    private static final String END = "<!-- end of functions -->\n";

    @Test
    void thePageListsEveryFunction() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();

        Golden.assertGolden(PAGE, page.substring(0, begin) + functions() + page.substring(page.indexOf(END)));
    }

    @Test
    void everyFunctionHasAnExampleOrIsObviouslyOneOfThoseThatHave() {
        // What has none: constants of the machine, and forms that only differ by an argument that is not looked at.
        assertThat(ImpalaFunctions.rules().stream()
                        .filter(rule -> !rule.examples().isEmpty())
                        .count())
                .isGreaterThan(ImpalaFunctions.rules().size() * 8L / 10);
    }

    private static String functions() {
        StringBuilder page = new StringBuilder();
        String group = "";
        for (Function rule : ImpalaFunctions.rules()) {
            if (!rule.group().equals(group)) {
                group = rule.group();
                page.append("\n### ").append(group).append("\n\n| function | | for example |\n|---|---|---|\n");
            }
            page.append("| `")
                    .append(cell(rule.signature()))
                    .append("` | ")
                    .append(cell(rule.says()))
                    .append(" | ");
            String between = "";
            for (Function.Example example : rule.examples()) {
                page.append(between)
                        .append('`')
                        .append(cell(example.expression()))
                        .append("` → ");
                page.append(example.value().isEmpty() ? "(empty)" : "`" + cell(example.value()) + "`");
                between = "<br>";
            }
            page.append(" |\n");
        }
        return page.append('\n').toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
