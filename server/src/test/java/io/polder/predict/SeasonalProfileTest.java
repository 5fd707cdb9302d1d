package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeasonalProfileTest {
    @Test
    void itIsTheMeanOfTheDaysOfAKind() {
        Series series = series(14, (day, slot) -> day % 7 >= 5 ? 10 : slot);

        SeasonalProfile profile = SeasonalProfile.of(series);

        assertThat(profile.mean(0, series.moment(40))).isCloseTo(40, within(1e-3f));
        assertThat(profile.mean(0, series.moment(5 * Made.SLOTS + 40))).isCloseTo(10, within(1e-3f));
        assertThat(profile.deviation(0, series.moment(40))).isCloseTo(0, within(1e-3f));
    }

    @Test
    void withoutItsOwnDayItDoesNotKnowThatDay() {
        Series one = series(14, (day, slot) -> day == 2 ? 1_000 : slot);
        Series other = series(14, (day, slot) -> day == 2 ? -1_000 : slot);

        for (int slot = 0; slot < Made.SLOTS; slot++) {
            int at = 2 * Made.SLOTS + slot;
            assertThat(SeasonalProfile.of(one).meanWithout(0, one.moment(at), at))
                    .isCloseTo(SeasonalProfile.of(other).meanWithout(0, other.moment(at), at), within(1e-2f));
        }
    }

    @Test
    void anIncidentIsNotUsual() {
        Series series = series(14, (day, slot) -> day == 3 ? 0 : 90 + day % 3);

        assertThat(SeasonalProfile.of(series).mean(0, series.moment(50))).isBetween(88f, 92f);
    }

    @Test
    void hoursAreThoseOfPeopleWhenTheClocksChange() {
        // From Monday before to Sunday after the clocks of Brussels go forward on 29 March 2026.
        float[][] values = new float[1][14 * Made.SLOTS];
        Series local = Series.of(
                List.of("p"), Instant.parse("2026-03-22T23:00:00Z"), Duration.ofMinutes(15), Made.BRUSSELS, values);
        for (int at = 0; at < local.steps(); at++) {
            values[0][at] = local.moment(at).local().getHour();
        }

        SeasonalProfile profile = SeasonalProfile.of(local);

        for (int at = 0; at < local.steps(); at++) {
            Series.Moment moment = local.moment(at);
            if (moment.local().getMinute() == 30 && moment.local().getHour() != 2) {
                assertThat(profile.mean(0, moment)).isCloseTo(moment.local().getHour(), within(0.01f));
            }
        }
    }

    private interface Value {
        double of(int day, int slot);
    }

    private static Series series(int days, Value value) {
        float[][] values = new float[1][days * Made.SLOTS];
        for (int at = 0; at < values[0].length; at++) {
            values[0][at] = (float) value.of(at / Made.SLOTS, at % Made.SLOTS);
        }
        return Made.of(values);
    }
}
