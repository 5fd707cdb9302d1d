package io.polder.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The page about Flume's files: what is written by hand, and the keys, which are made from the table of types. */
final class FlumePageTest {
    private static final Path PAGE = Path.of("..", "docs", "flume.md");
    private static final String BEGIN = "<!-- keys: made by FlumePageTest with -Dgolden.update=true -->\n";
    private static final String END = "<!-- end of keys -->\n";
    private static final List<String> KINDS = List.of("source", "channel", "sink", "interceptor");

    @Test
    void thePageListsEveryKeyOfEveryType() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();

        Golden.assertGolden(PAGE, page.substring(0, begin) + keys() + page.substring(page.indexOf(END)));
    }

    @Test
    void everyTypeIsKnownByItsClassToo() {
        for (String kind : KINDS) {
            for (FlumeTypes.Type type : FlumeTypes.TABLE.types(kind)) {
                assertThat(FlumeTypes.TABLE.find(kind, type.className())).contains(type);
                assertThat(FlumeTypes.TABLE.find(kind, type.className().replace("$Builder", "")))
                        .contains(type);
            }
        }
    }

    private static String keys() {
        StringBuilder page = new StringBuilder();
        for (String kind : KINDS) {
            List<FlumeTypes.Type> types = FlumeTypes.TABLE.types(kind);
            List<FlumeTypes.Key> shared = FlumeTypes.TABLE.ofEvery(kind);
            if (!shared.isEmpty()) {
                page.append("\n### Every ").append(kind).append('\n').append(table(shared));
            }
            for (FlumeTypes.Type type : types) {
                if (type.absent().isEmpty()) {
                    page.append("\n### ")
                            .append(Character.toUpperCase(kind.charAt(0)))
                            .append(kind.substring(1))
                            .append(" `")
                            .append(type.name())
                            .append("`\n");
                    if (!type.name().equals(type.className())) {
                        page.append("\nAlso as `").append(type.className()).append("`.\n");
                    }
                    page.append(
                            table(type.keys().subList(shared.size(), type.keys().size())));
                }
            }
            page.append("\n### Refused: other ")
                    .append(kind)
                    .append("s of Flume's\n\n| type | what to do instead |\n|---|---|\n");
            for (FlumeTypes.Type type : types) {
                type.absent().ifPresent(reason -> page.append("| `")
                        .append(type.name())
                        .append(type.name().equals(type.className()) ? "" : "`, `" + type.className())
                        .append("` | ")
                        .append(cell(reason))
                        .append(" |\n"));
            }
        }
        page.append("\n### Groups of sinks\n")
                .append(table(FlumeTypes.TABLE.sinkGroup().keys()));
        return page.append('\n').toString();
    }

    private static String table(List<FlumeTypes.Key> keys) {
        StringBuilder rows = new StringBuilder("\n| key | default | becomes | |\n|---|---|---|---|\n");
        for (FlumeTypes.Key key : keys) {
            rows.append("| `")
                    .append(cell(key.name()))
                    .append(key.isPrefix() ? "*" : "")
                    .append("` | ")
                    .append(fallback(key))
                    .append(" | ")
                    .append(key.isMissing() ? "**refused**" : key.isIgnored() ? "no effect, a warning" : "taken")
                    .append(" | ")
                    .append(cell(key.meaning()))
                    .append(key.words().isEmpty() ? "" : ": " + cell(String.join(", ", key.words())))
                    .append(" |\n");
        }
        return rows.toString();
    }

    private static String fallback(FlumeTypes.Key key) {
        if (key.isRequired()) {
            return "required";
        }
        Optional<String> fallback = key.fallback();
        return fallback.map(text -> text.isEmpty() ? "empty" : "`" + cell(text) + "`")
                .orElse("");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
