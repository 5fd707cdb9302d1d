package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By numbers that others have published as valid, and by what their checksums promise. */
class SemanticTypeTest {
    @ParameterizedTest
    @CsvSource({
        // The registry of ISO 13616 (SWIFT).
        "IBAN, GB29NWBK60161331926819",
        "IBAN, BE68 5390 0754 7034",
        "IBAN, DE89370400440532013000",
        "IBAN, NL91ABNA0417164300",
        "IBAN, NO9386011117947",
        // The numbers that payment companies publish for tests.
        "CREDIT_CARD, 4111111111111111",
        "CREDIT_CARD, 5555 5555 5555 4444",
        "CREDIT_CARD, 378282246310005",
        // Born in 1985, and in 2017.
        "NATIONAL_NUMBER, 85.07.30-033.28",
        "NATIONAL_NUMBER, 17073003384",
        // RFC 4291, 2.2, and RFC 4007, 11.
        "IPV6, ABCD:EF01:2345:6789:ABCD:EF01:2345:6789",
        "IPV6, 2001:DB8::8:800:200C:417A",
        "IPV6, FF01::101",
        "IPV6, ::1",
        "IPV6, ::",
        "IPV6, fe80::1%eth0",
        "IPV4, 192.0.2.255",
        "MAC, 00:00:5e:00:53:af",
        // RFC 4122.
        "UUID, f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "EMAIL, ann+news@mail.example.org",
        "URL, https://example.org/a?b=c",
        "PHONE, +32 2 555 12 12",
        "COORDINATES, '51.05, 3.72'",
        "LATITUDE, -90",
        "LONGITUDE, 180",
        "POSTCODE, 9000",
        "POSTCODE, 1012 AB",
        "POSTCODE, SW1A 1AA",
        "NUTS, BE234",
        "COUNTRY_CODE, BE",
        "COUNTRY_CODE, Belgium",
        "CURRENCY, EUR"
    })
    void isSuchAValue(SemanticType type, String text) {
        assertThat(type.matches(text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "IBAN, GB29NWBK60161331926818",
        "CREDIT_CARD, 4111111111111112",
        "NATIONAL_NUMBER, 85.07.30-033.29",
        "IPV6, 12:34:56",
        "IPV6, 00:00:5e:00:53:af",
        "IPV6, 1::2::3",
        "IPV6, 1:2:3:4:5:6:7:8:9",
        "IPV6, 1:2:3:4:5:6:7::8",
        "IPV6, 12345::1",
        "IPV4, 192.0.2.256",
        "LATITUDE, 90.1",
        "COUNTRY_CODE, XX",
        "CURRENCY, EURO",
        "PHONE, 12345"
    })
    void isNoSuchValue(SemanticType type, String text) {
        assertThat(type.matches(text)).isFalse();
    }

    /** Modulo 97 tells every change of one digit. */
    @Property(tries = 300)
    void oneWrongDigitIsNoIban(
            @ForAll @LongRange(min = 0, max = 9_999_999_999L) long account,
            @ForAll @IntRange(min = 4, max = 15) int place,
            @ForAll @IntRange(min = 1, max = 9) int by) {
        String digits = String.format(java.util.Locale.ROOT, "%012d", account);
        // B is 11 and E 14; the remainder digit by digit.
        int remainder = 0;
        for (char digit : (digits + "111400").toCharArray()) {
            remainder = (remainder * 10 + digit - '0') % 97;
        }
        String iban = "BE" + String.format(java.util.Locale.ROOT, "%02d", 98 - remainder) + digits;

        assertThat(SemanticType.IBAN.matches(iban)).isTrue();
        assertThat(SemanticType.IBAN.matches(changed(iban, place, by))).isFalse();
    }

    /** Luhn's checksum tells every change of one digit. */
    @Property(tries = 300)
    void oneWrongDigitIsNoCard(
            @ForAll @LongRange(min = 400_000_000_000_000L, max = 499_999_999_999_999L) long number,
            @ForAll @IntRange(min = 1, max = 15) int place,
            @ForAll @IntRange(min = 1, max = 9) int by) {
        String card = LongStream.range(10 * number, 10 * number + 10)
                .mapToObj(String::valueOf)
                .filter(SemanticTypeTest::hasLuhnsSum)
                .findFirst()
                .orElseThrow();

        assertThat(SemanticType.CREDIT_CARD.matches(card)).isTrue();
        assertThat(SemanticType.CREDIT_CARD.matches(changed(card, place, by))).isFalse();
    }

    /** The digits at even places and the digital roots of the doubles of the others. */
    private static boolean hasLuhnsSum(String card) {
        int[] doubled = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
        return IntStream.range(0, card.length())
                                .map(at -> at % 2 == 0 ? doubled[card.charAt(at) - '0'] : card.charAt(at) - '0')
                                .sum()
                        % 10
                == 0;
    }

    private static String changed(String text, int place, int by) {
        char digit = (char) ('0' + (text.charAt(place) - '0' + by) % 10);
        return text.substring(0, place) + digit + text.substring(place + 1);
    }

    @Test
    void valuesOrTheNameOrBothSayWhatAColumnIs() {
        List<String> years = List.of("1990", "1991", "1992", "1993", "1994", "1995");
        assertThat(SemanticType.of("year", years)).isEmpty();
        assertThat(SemanticType.of("zipCode", years).orElseThrow())
                .isEqualTo(new SemanticType.Finding(SemanticType.POSTCODE, 1, true));
        List<String> mails = List.of("a@b.be", "c@d.be", "e@f.be", "g@h.be", "i@j.be", "k@l.be", "m@n.be", "o@p.be");
        assertThat(SemanticType.of("x", mails).orElseThrow().type()).isEqualTo(SemanticType.EMAIL);
        assertThat(SemanticType.of("x", mails.subList(0, 4))).as("too few").isEmpty();
        List<String> machines = List.of(
                "00:00:5e:00:53:01",
                "00:00:5e:00:53:02",
                "00:00:5e:00:53:03",
                "00:00:5e:00:53:04",
                "00:00:5e:00:53:05");
        assertThat(SemanticType.of("x", machines).orElseThrow().type()).isEqualTo(SemanticType.MAC);
        List<String> times = List.of("10:00:01", "10:00:02", "10:00:03", "10:00:04", "10:00:05");
        assertThat(SemanticType.of("x", times)).as("times of day").isEmpty();
    }

    @Test
    void nineValuesOfTenAreEnough() {
        List<String> some = IntStream.range(0, 100)
                .mapToObj(at -> at < 90 ? "a" + at + "@example.org" : "none " + at)
                .toList();
        assertThat(SemanticType.of("x", some).orElseThrow().coverage()).isEqualTo(0.9);
        assertThat(SemanticType.of("x", some.subList(1, 100))).isEmpty();
    }
}
