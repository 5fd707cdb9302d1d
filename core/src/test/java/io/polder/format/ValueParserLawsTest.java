package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Scale;
import org.jspecify.annotations.Nullable;

class ValueParserLawsTest {
    private static final long FIRST = -62_135_596_800_000_000L;
    private static final long LAST = 253_402_300_799_999_999L;

    private final ValueParser parser = new ValueParser('.');
    private final ValueParser comma = new ValueParser(',');

    @Property
    void aDoublePrintedAndReadIsTheSame(@ForAll double number) {
        String text = String.valueOf(number);

        assertThat(number(parser, text)).isNull();
        assertThat(parser.real()).isEqualTo(number);
        assertThat(number(comma, text.replace('.', ','))).isNull();
        assertThat(comma.real()).isEqualTo(number);
    }

    @Property
    void decimalsAreRoundedAsTheLibraryRoundsThem(
            @ForAll @BigRange(min = "-1e30", max = "1e30") @Scale(25) BigDecimal number,
            @ForAll @IntRange(min = -40, max = 40) int power) {
        for (String text : new String[] {number.toPlainString(), number.toPlainString() + "e" + power}) {
            assertThat(number(parser, text)).as(text).isNull();
            assertThat(parser.real()).as(text).isEqualTo(Double.parseDouble(text));
        }
    }

    @Property
    void aWholeNumberPrintedAndReadIsTheSame(@ForAll long number) {
        byte[] text = String.valueOf(number).getBytes(UTF_8);

        assertThat(parser.whole(text, 0, text.length, Long.MIN_VALUE, Long.MAX_VALUE))
                .isNull();
        assertThat(parser.integral()).isEqualTo(number);
        ByteBuilder builder = new ByteBuilder();
        builder.addDecimal(number);
        assertThat(new String(builder.array(), 0, builder.length(), UTF_8)).isEqualTo(String.valueOf(number));
    }

    @Property
    void aWholeNumberBeyondTheRangeIsOutOfRange(@ForAll @LongRange(min = 1) long beyond) {
        String above = BigDecimal.valueOf(Long.MAX_VALUE)
                .add(BigDecimal.valueOf(beyond))
                .toPlainString();
        String below = BigDecimal.valueOf(Long.MIN_VALUE)
                .subtract(BigDecimal.valueOf(beyond))
                .toPlainString();

        for (String text : new String[] {above, below, above + ".0", below + "0", above + "e3"}) {
            byte[] bytes = text.getBytes(UTF_8);
            assertThat(parser.whole(bytes, 0, bytes.length, Long.MIN_VALUE, Long.MAX_VALUE))
                    .as(text)
                    .isEqualTo(ValueParser.Fault.OUT_OF_RANGE);
        }
    }

    @Property
    void anInstantIsTheSameInEveryOffsetAndNotation(
            @ForAll @LongRange(min = FIRST / 1000 + 100_000_000, max = LAST / 1000 - 100_000_000) long millis,
            @ForAll @IntRange(min = -1080, max = 1080) int offsetMinutes) {
        Instant instant = Instant.ofEpochMilli(millis);
        OffsetDateTime local = instant.atOffset(ZoneOffset.ofTotalSeconds(offsetMinutes * 60));
        String iso = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT)
                .format(local);
        String offset = DateTimeFormatter.ofPattern("xxx", Locale.ROOT).format(local);

        for (String text : new String[] {
            iso + offset, iso.replace('T', ' ') + offset.replace(":", ""), iso.replace('.', ',') + "000999" + offset
        }) {
            assertThat(instant(text)).as(text).isNull();
            assertThat(parser.integral()).as(text).isEqualTo(millis * 1000);
        }
        if (Math.abs(millis) >= 100_000_000_000L) {
            assertThat(instant(String.valueOf(millis))).isNull();
            assertThat(parser.integral()).isEqualTo(millis * 1000);
        }
    }

    @Property
    void aDayIsTheSameAsTheLibrarys(
            @ForAll @LongRange(min = FIRST / 86_400_000_000L, max = LAST / 86_400_000_000L) long day) {
        byte[] text = LocalDate.ofEpochDay(day).toString().getBytes(UTF_8);

        assertThat(parser.day(text, 0, text.length)).isNull();
        assertThat(parser.integral()).isEqualTo(day);
    }

    @Example
    void instantsAreReadAsDocumented() {
        assertInstant("2017-04-27T14:38:00+01:00", "2017-04-27T13:38:00Z");
        assertInstant("2017-04-27T14:38", "2017-04-27T14:38:00Z");
        assertInstant("2017-04-27 14:38:00.1234567Z", "2017-04-27T14:38:00.123456Z");
        assertInstant("2017-04-27", "2017-04-27T00:00:00Z");
        assertInstant("2016-02-29T23:59:60Z", "2016-03-01T00:00:00Z");
        assertInstant("2017-04-27T14:38:00-0130", "2017-04-27T16:08:00Z");
        assertInstant("2017-04-27t14:38:00z", "2017-04-27T14:38:00Z");
        assertInstant("2017-04-27T14:38:00+02", "2017-04-27T12:38:00Z");
        assertInstant("99999999999", "5138-11-16T09:46:39Z");
        assertInstant("100000000000", "1973-03-03T09:46:40Z");
        assertInstant("1493300280.000001", "2017-04-27T13:38:00.000001Z");
        assertInstant("1493300280000.5", "2017-04-27T13:38:00.000500Z");
        assertInstant("-1", "1969-12-31T23:59:59Z");
        for (String text : new String[] {
            "2017-13-01",
            "2017-02-29",
            "2017-00-10",
            "2017-4-27",
            "2017-04-27T",
            "2017-04-27T24:00:00Z",
            "2017-04-27T14",
            "2017-04-27T14:60:00Z",
            "2017-04-27T14:38:61Z",
            "2017-04-27T14:38:00.Z",
            "2017-04-27T14:38:00+1",
            "2017-04-27T14:38:00+19:00",
            "2017-04-27T14:38:00Zz",
            "2017-04-27x14:38:00Z",
            "now",
            "-",
            "+",
            "."
        }) {
            assertThat(instant(text)).as(text).isEqualTo(ValueParser.Fault.NOT_OF_TYPE);
        }
        for (String text : new String[] {"0001-01-01T00:00:00+01:00", "9223372036854775807", "1e18", "-1e300"}) {
            assertThat(instant(text)).as(text).isEqualTo(ValueParser.Fault.OUT_OF_RANGE);
        }
    }

    @Example
    void whatIsNoNumberIsNotReadAsOne() {
        for (String text : new String[] {
            "-", "+", ".", "e5", "1e", "1e+", "1x", "0x10", "NaN", "Infinity", "1d", "1 2", "1,5", "--1", "1.2.3"
        }) {
            assertThat(number(parser, text)).as(text).isEqualTo(ValueParser.Fault.NOT_OF_TYPE);
        }
        assertThat(number(parser, "9".repeat(2000))).isEqualTo(ValueParser.Fault.NOT_OF_TYPE);
        assertThat(number(parser, "1e400")).isEqualTo(ValueParser.Fault.OUT_OF_RANGE);
        assertThat(number(parser, "1e99999999999999999999")).isEqualTo(ValueParser.Fault.OUT_OF_RANGE);
        assertThat(number(comma, "1.5")).isEqualTo(ValueParser.Fault.NOT_OF_TYPE);
    }

    private void assertInstant(String text, String iso) {
        assertThat(instant(text)).as(text).isNull();
        Instant expected = Instant.parse(iso);
        assertThat(parser.integral())
                .as(text)
                .isEqualTo(expected.getEpochSecond() * 1_000_000 + expected.getNano() / 1_000);
    }

    private ValueParser.@Nullable Fault instant(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return parser.instant(bytes, 0, bytes.length);
    }

    private static ValueParser.@Nullable Fault number(ValueParser parser, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return parser.number(bytes, 0, bytes.length);
    }
}
