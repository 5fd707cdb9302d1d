package io.polder.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ReferenceTest {
    @Test
    void thePageIsWhatTheCodeDeclares() throws IOException {
        GoldenFile.matches("../docs/configuration.md", Reference.markdown());
    }

    @Test
    void everyKeyIsDocumentedInSentencesAndItsExampleAndDefaultCanBeRead() {
        for (Section section : sections()) {
            Set<String> names = new HashSet<>();
            for (Key<?> key : section.keys()) {
                assertThat(key.documentation())
                        .as(key.name())
                        .matches("(?s)[A-Z`].*[.].*")
                        .endsWith(".");
                assertThat(names.add(key.name())).as(key.name()).isTrue();
                if (key.fallback() != null) {
                    Problems problems = new Problems();
                    key.kind().parser().read(new Value.Text(where(key), key.fallback()), problems);
                    assertThat(problems.all()).isEmpty();
                }
                if (!key.example().contains("…")) {
                    Problems problems = new Problems();
                    Value.Mapping document = YamlDocument.parse("example", "example: " + key.example(), problems);
                    assertThat(problems.all()).as(key.name()).isEmpty();
                    Value value =
                            requireNonNull(requireNonNull(document).members().get("example"));
                    key.kind().parser().read(value, problems);
                    assertThat(problems.all()).as(key.name()).isEmpty();
                }
            }
        }
    }

    @Test
    void theExampleOfThePageIsAMart() {
        String page = Reference.markdown();
        int from = page.indexOf("```yaml\n") + "```yaml\n".length();
        Problems problems = new Problems();

        Value.Mapping document = YamlDocument.parse("page", page.substring(from, page.indexOf("```", from)), problems);
        Mart mart = MartReader.read(requireNonNull(document), java.nio.file.Path.of(""), Map.of(), problems);

        assertThat(problems.all()).isEmpty();
        assertThat(mart).isNotNull();
    }

    private static List<Section> sections() {
        return new ArrayList<>(Stream.concat(MartKeys.SECTIONS.stream(), Stream.of(PlatformReader.SECTION))
                .toList());
    }

    private static Value.Where where(Key<?> key) {
        return new Value.Where("default", 0, key.name());
    }
}
