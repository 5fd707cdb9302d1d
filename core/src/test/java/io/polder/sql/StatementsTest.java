package io.polder.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatementsTest {
    @Test
    void semicolonsEndStatementsButNotInTextsNamesAndComments() {
        Statements read = Statements.of("SELECT 'a;\\'b', \"c;\"\"d\", `e;f` -- g;\n/* h; */; ;\n-- i\n; SELECT 2");

        assertThat(read.whole()).containsExactly("SELECT 'a;\\'b', \"c;\"\"d\", `e;f` -- g;\n/* h; */");
        assertThat(read.rest()).isEqualTo(" SELECT 2");
        assertThat(read.isRestBlank()).isFalse();
    }

    @Test
    void whatHasNoEndIsARest() {
        for (String open : java.util.List.of("SELECT 'a;", "SELECT `a;", "SELECT /* a;", "SELECT 1", "SELECT 'a\\")) {
            Statements read = Statements.of(open);

            assertThat(read.whole()).as(open).isEmpty();
            assertThat(read.rest()).as(open).isEqualTo(open);
            assertThat(read.isRestBlank()).as(open).isFalse();
        }
    }

    @Test
    void whiteSpaceAndCommentsAreNothing() {
        assertThat(Statements.of("").isRestBlank()).isTrue();
        assertThat(Statements.of("SELECT 1; -- done\n").isRestBlank()).isTrue();
        assertThat(Statements.of(" /* one */ ").isRestBlank()).isTrue();
        assertThat(Statements.of("/* not ended").isRestBlank()).isFalse();
    }
}
