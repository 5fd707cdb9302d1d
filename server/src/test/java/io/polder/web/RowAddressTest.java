package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.PolderException;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class RowAddressTest {
    @Property
    void anyKeySurvivesItsAddress(@ForAll("keys") List<String> key) {
        String address = key.stream().map(RowAddress::encode).collect(Collectors.joining(","));

        assertThat(address).matches("[A-Za-z0-9._~%,-]*");
        assertThat(RowAddress.decode(address)).isEqualTo(key);
    }

    @Provide
    Arbitrary<List<String>> keys() {
        Arbitrary<String> text = Arbitraries.strings()
                .withCharRange(' ', 'ɏ')
                .withChars("😀,/%+")
                .ofMaxLength(12)
                // Half a character is not one.
                .filter(value -> value.chars().noneMatch(unit -> Character.isSurrogate((char) unit)));
        return text.list().ofMinSize(1).ofMaxSize(3);
    }

    @Test
    void aBrokenEscapeIsToldWithItsFix() {
        assertThatThrownBy(() -> RowAddress.decode("a%zz"))
                .isInstanceOf(PolderException.class)
                .hasMessageContaining("path segment = 'a%zz'")
                .hasMessageContaining("Fix: write '%25'");
    }
}
