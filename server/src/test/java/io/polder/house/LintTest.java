package io.polder.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.app.CommandNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules of the house that no other tool watches, held against the sources and documents as they stand in the checkout. */
class LintTest {
    /** Tests run in their module's folder. */
    private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(#[^)]*)?\\)");
    private static final Pattern COMMAND = Pattern.compile("\\./polder ([a-z]+)");

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        Set<Path> packages = sources("main").stream()
                .filter(file -> file.toString().endsWith(".java"))
                .map(Path::getParent)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(packages).isNotEmpty().allSatisfy(folder -> assertThat(folder.resolve("package-info.java"))
                .content()
                .startsWith("/**")
                .contains("@NullMarked"));
    }

    @Test
    void nothingIsLeftUnfinishedOrSwallowed() throws IOException {
        assertThat(lines(
                        sources("main"),
                        Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b|printStackTrace|catch \\([^)]*\\) ?\\{ ?\\}")))
                .isEmpty();
    }

    @Test
    void noTestIsSwitchedOffOrSleeps() throws IOException {
        assertThat(lines(
                        sources("test"),
                        Pattern.compile(
                                "@" + "Disabled|@" + "Ignore\\b|Thread" + "\\.sleep|TimeUnit\\.[A-Z]+" + "\\.sleep")))
                .isEmpty();
    }

    @Test
    void everyCommandIsInTheDocuments() throws IOException {
        Set<String> documented = new TreeSet<>();
        for (Path document : documents()) {
            Matcher command = COMMAND.matcher(Files.readString(document));
            while (command.find()) {
                documented.add(command.group(1));
            }
        }

        assertThat(documented).containsAll(CommandNames.all());
    }

    @Test
    void everyLinkInTheDocumentsLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    broken.add(CHECKOUT.relativize(document) + ": " + link.group(1));
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    private static List<Path> sources(String kind) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("core", "server", "testkit", "bench")) {
            Path java = CHECKOUT.resolve(module).resolve("src").resolve(kind).resolve("java");
            if (Files.isDirectory(java)) {
                try (Stream<Path> walk = Files.walk(java)) {
                    walk.filter(Files::isRegularFile).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        try (Stream<Path> root = Files.list(CHECKOUT)) {
            root.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
        }
        try (Stream<Path> walk = Files.walk(CHECKOUT.resolve("docs"))) {
            walk.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
        }
        return documents;
    }

    private static List<String> lines(List<Path> files, Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                if (pattern.matcher(line).find()) {
                    found.add(CHECKOUT.relativize(file) + ": " + line.strip());
                }
            }
        }
        return found;
    }
}
