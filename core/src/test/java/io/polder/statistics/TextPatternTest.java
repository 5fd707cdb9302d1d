package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(205)325-8100 | (ddd)ddd-dddd | (d+)d+-d+",
                "Éva d'Hont | Aaa a'Aaaa | Aa+ a'Aa+",
                "2+2 | d+d | d[+]d",
                "東京タワー | xxxxx | x+",
                "ب٣ | xD | xD",
                "9°C | d°A | d°A"
            })
    void isWhatATextLooksLike(String text, String pattern, String loose) {
        assertThat(TextPattern.of(text)).isEqualTo(pattern);
        assertThat(TextPattern.loose(pattern)).isEqualTo(loose);
    }

    /** Of all characters there are, those of no case and of other planes as well. */
    @Property(tries = 2_000)
    void itsExpressionMatchesTheTextAndNoTextOfAnotherPattern(
            @ForAll @StringLength(max = 8) String some, @ForAll @StringLength(max = 8) String others) {
        String text = some.replace('\n', ' ').replace('\r', ' ');
        String other = others.replace('\n', ' ').replace('\r', ' ');
        String pattern = TextPattern.of(text);
        String expression = TextPattern.expression(pattern, false);

        assertThat(text).matches(expression);
        assertThat(other.matches(expression)).isEqualTo(TextPattern.of(other).equals(pattern));
        assertThat(text).matches(TextPattern.expression(TextPattern.loose(pattern), true));
    }
}
