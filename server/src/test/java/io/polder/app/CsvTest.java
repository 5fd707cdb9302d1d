package io.polder.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {"29,29", "'Kortenberg, E40','\"Kortenberg, E40\"'", "'the \"ring\"','\"the \"\"ring\"\"\"'"})
    void aTextIsQuotedWhenItHasToBe(String text, String cell) {
        assertThat(Csv.cell(text)).isEqualTo(cell);
    }
}
