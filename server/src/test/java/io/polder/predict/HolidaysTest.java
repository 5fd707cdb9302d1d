package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HolidaysTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2017-04-17",
                "2017-05-25",
                "2017-06-05",
                "2017-07-21",
                "2024-04-01",
                "2024-05-09",
                "2024-05-20",
                "2026-04-06",
                "2026-12-25"
            })
    void theseAre(String day) {
        assertThat(Holidays.BELGIUM.has(LocalDate.parse(day))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2017-04-14", "2024-02-29", "2026-04-07", "2026-12-24"})
    void theseAreNot(String day) {
        assertThat(Holidays.BELGIUM.has(LocalDate.parse(day))).isFalse();
    }

    @Test
    void aYearHasTen() {
        for (int year = 2000; year < 2100; year++) {
            LocalDate first = LocalDate.of(year, 1, 1);
            long holidays = IntStream.range(0, first.lengthOfYear())
                    .filter(day -> Holidays.BELGIUM.has(first.plusDays(day)))
                    .count();
            // Ascension may be 1 May.
            assertThat(holidays).isBetween(9L, 10L);
        }
    }
}
