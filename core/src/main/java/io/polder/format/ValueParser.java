package io.polder.format;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads typed values from their text, without making objects for texts of the usual form.
 *
 * <p>Every method reads the whole of {@code [from, to)}, which has been trimmed and is not empty, leaves the value in
 * {@link #integral} or {@link #real}, and says what is wrong. For one thread at a time.
 */
final class ValueParser {
    /** What is wrong with a text. */
    enum Fault {
        NOT_OF_TYPE,
        FRACTION,
        OUT_OF_RANGE
    }

    /** The largest count of seconds that an epoch number can be; from here on it is milliseconds: year 5138. */
    private static final long FIRST_MILLISECONDS = 100_000_000_000L;

    /** 0001-01-01T00:00:00Z and the last microsecond of the year 9999. */
    private static final long FIRST_INSTANT = -62_135_596_800_000_000L;

    private static final long LAST_INSTANT = 253_402_300_799_999_999L;

    private static final int MAX_EXPONENT = 400;

    /** Longer texts are no numbers: reading their digits exactly would take time that grows with the square. */
    private static final int MAX_NUMBER_LENGTH = 1_000;

    private static final long EXACT_IN_DOUBLE = 1L << 53;
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };
    private static final int[] DAYS_OF_MONTH = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private final byte decimal;
    private long integral;
    private double real;

    /** Where {@link #pair} and {@link #time} have read to. */
    private int next;

    /** @param decimal what stands before the fraction of a number */
    ValueParser(char decimal) {
        this.decimal = (byte) decimal;
    }

    long integral() {
        return integral;
    }

    double real() {
        return real;
    }

    /** A whole number; a fraction of zeros and an exponent are read too: {@code 12.0}, {@code 1e3}. */
    @Nullable
    Fault whole(byte[] bytes, int from, int to, long least, long most) {
        int at = from;
        boolean isNegative = bytes[at] == '-';
        if (isNegative || bytes[at] == '+') {
            at++;
        }
        int firstDigit = at;
        long negated = 0;
        boolean isOver = false;
        while (at < to && isDigit(bytes[at])) {
            int digit = bytes[at++] - '0';
            isOver |= negated < (Long.MIN_VALUE + digit) / 10;
            negated = negated * 10 - digit;
        }
        if (at < to) {
            return at == firstDigit && bytes[at] != decimal
                    ? Fault.NOT_OF_TYPE
                    : wholeSlowly(bytes, from, to, least, most);
        }
        if (at == firstDigit) {
            return Fault.NOT_OF_TYPE;
        }
        if (isOver || (!isNegative && negated == Long.MIN_VALUE)) {
            return Fault.OUT_OF_RANGE;
        }
        integral = isNegative ? negated : -negated;
        return integral < least || integral > most ? Fault.OUT_OF_RANGE : null;
    }

    @Nullable
    private Fault wholeSlowly(byte[] bytes, int from, int to, long least, long most) {
        @Nullable Fault fault = number(bytes, from, to);
        if (fault != null) {
            return fault;
        }
        if (Math.abs(real) > 1e19) {
            return Fault.OUT_OF_RANGE;
        }
        BigDecimal exact = new BigDecimal(text(bytes, from, to), MathContext.UNLIMITED);
        if (exact.signum() == 0) {
            integral = 0;
            return null;
        }
        if (exact.stripTrailingZeros().scale() > 0) {
            return Fault.FRACTION;
        }
        if (exact.compareTo(BigDecimal.valueOf(least)) < 0 || exact.compareTo(BigDecimal.valueOf(most)) > 0) {
            return Fault.OUT_OF_RANGE;
        }
        integral = exact.longValueExact();
        return null;
    }

    /**
     * A number, rounded to the nearest double.
     *
     * <p>When the digits make a number of at most 53 bits and the power of ten is at most 22, both are exact as doubles
     * and one multiplication or division rounds correctly (Clinger, <i>How to read floating point numbers
     * accurately</i>, 1990). That is nearly every number that is measured; the others take the library's way.
     */
    @Nullable
    Fault number(byte[] bytes, int from, int to) {
        if (to - from > MAX_NUMBER_LENGTH) {
            return Fault.NOT_OF_TYPE;
        }
        int at = from;
        boolean isNegative = bytes[at] == '-';
        if (isNegative || bytes[at] == '+') {
            at++;
        }
        long mantissa = 0;
        int power = 0;
        boolean isExact = true;
        int firstDigit = at;
        while (at < to && isDigit(bytes[at])) {
            if (mantissa < EXACT_IN_DOUBLE) {
                mantissa = mantissa * 10 + (bytes[at] - '0');
            } else {
                isExact = false;
            }
            at++;
        }
        int digits = at - firstDigit;
        if (at < to && bytes[at] == decimal) {
            at++;
            int firstOfFraction = at;
            while (at < to && isDigit(bytes[at])) {
                if (mantissa < EXACT_IN_DOUBLE) {
                    mantissa = mantissa * 10 + (bytes[at] - '0');
                    power--;
                } else {
                    isExact = false;
                }
                at++;
            }
            digits += at - firstOfFraction;
        }
        if (digits == 0) {
            return Fault.NOT_OF_TYPE;
        }
        if (at < to && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            boolean isShrinking = at < to && bytes[at] == '-';
            if (isShrinking || (at < to && bytes[at] == '+')) {
                at++;
            }
            if (at == to) {
                return Fault.NOT_OF_TYPE;
            }
            int exponent = 0;
            while (at < to && isDigit(bytes[at])) {
                exponent = Math.min(exponent * 10 + (bytes[at] - '0'), 100_000);
                at++;
            }
            if (exponent > MAX_EXPONENT) {
                return at < to ? Fault.NOT_OF_TYPE : Fault.OUT_OF_RANGE;
            }
            power += isShrinking ? -exponent : exponent;
        }
        if (at < to) {
            return Fault.NOT_OF_TYPE;
        }
        if (isExact && mantissa <= EXACT_IN_DOUBLE && Math.abs(power) < POWERS.length) {
            double magnitude = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
            real = isNegative ? -magnitude : magnitude;
            return null;
        }
        real = Double.parseDouble(text(bytes, from, to));
        return Double.isInfinite(real) ? Fault.OUT_OF_RANGE : null;
    }

    /** {@code true}, {@code false} in any case, {@code 1}, {@code 0}; leaves 1 or 0. */
    @Nullable
    Fault truth(byte[] bytes, int from, int to) {
        if (to - from == 1 && (bytes[from] == '0' || bytes[from] == '1')) {
            integral = bytes[from] == '1' ? 1 : 0;
            return null;
        }
        if (isWord(bytes, from, to, "true")) {
            integral = 1;
            return null;
        }
        integral = 0;
        return isWord(bytes, from, to, "false") ? null : Fault.NOT_OF_TYPE;
    }

    /**
     * An instant in microseconds since 1970, UTC: ISO 8601 with an offset, {@code Z} or nothing (which means UTC), with a
     * space or T between day and time, or a day alone (its first instant); or a number since 1970, of milliseconds from
     * 100,000,000,000 on, of seconds below. Of fractions finer than a microsecond the rest is cut off.
     */
    @Nullable
    Fault instant(byte[] bytes, int from, int to) {
        @Nullable
        Fault fault = to - from >= 10 && bytes[from + 4] == '-' && isDigit(bytes[from])
                ? iso(bytes, from, to)
                : sinceEpoch(bytes, from, to);
        if (fault != null) {
            return fault;
        }
        return integral < FIRST_INSTANT || integral > LAST_INSTANT ? Fault.OUT_OF_RANGE : null;
    }

    /** A day in days since 1970-01-01: {@code 2017-04-27}; a time behind it must be right and is left out. */
    @Nullable
    Fault day(byte[] bytes, int from, int to) {
        if (to - from == 10) {
            return civilDay(bytes, from);
        }
        if (to - from < 10 || iso(bytes, from, to) != null) {
            return Fault.NOT_OF_TYPE;
        }
        return civilDay(bytes, from);
    }

    @Nullable
    private Fault iso(byte[] bytes, int from, int to) {
        @Nullable Fault fault = civilDay(bytes, from);
        if (fault != null) {
            return fault;
        }
        long micros = integral * 86_400_000_000L;
        if (to - from > 10) {
            byte separator = bytes[from + 10];
            if (separator != 'T' && separator != 't' && separator != ' ') {
                return Fault.NOT_OF_TYPE;
            }
            long time = time(bytes, from + 11, to);
            if (time < 0) {
                return Fault.NOT_OF_TYPE;
            }
            int offset = offsetMinutes(bytes, next, to);
            if (offset == Integer.MIN_VALUE) {
                return Fault.NOT_OF_TYPE;
            }
            micros += time - offset * 60_000_000L;
        }
        integral = micros;
        return null;
    }

    @Nullable
    private Fault civilDay(byte[] bytes, int from) {
        int century = pair(bytes, from, from + 2);
        int yearOfCentury = pair(bytes, from + 2, from + 4);
        int month = pair(bytes, from + 5, from + 7);
        int day = pair(bytes, from + 8, from + 10);
        if ((century | yearOfCentury | month | day) < 0 || bytes[from + 4] != '-' || bytes[from + 7] != '-') {
            return Fault.NOT_OF_TYPE;
        }
        int year = century * 100 + yearOfCentury;
        boolean isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (month < 1
                || month > 12
                || day < 1
                || day > DAYS_OF_MONTH[month - 1]
                || (month == 2 && day == 29 && !isLeap)) {
            return Fault.NOT_OF_TYPE;
        }
        // Days of whole 400-year eras of years that begin in March, so that the leap day is a year's last.
        int shiftedYear = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(shiftedYear, 400);
        int yearOfEra = shiftedYear - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        integral = era * 146_097L + dayOfEra - 719_468L;
        return null;
    }

    /** Microseconds of the day of {@code HH:MM[:SS[.fraction]]}, or -1; {@link #next} is what follows. */
    private long time(byte[] bytes, int from, int to) {
        int hour = pair(bytes, from, to);
        int minute = from + 3 <= to && bytes[from + 2] == ':' ? pair(bytes, from + 3, to) : -1;
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
            return -1;
        }
        long micros = (hour * 60L + minute) * 60_000_000L;
        next = from + 5;
        if (next >= to || bytes[next] != ':') {
            return micros;
        }
        int second = pair(bytes, next + 1, to);
        if (second < 0 || second > 60) {
            return -1;
        }
        micros += second * 1_000_000L;
        next += 3;
        if (next >= to || (bytes[next] != '.' && bytes[next] != ',')) {
            return micros;
        }
        next++;
        int firstDigit = next;
        long unit = 100_000;
        while (next < to && isDigit(bytes[next])) {
            micros += (bytes[next++] - '0') * unit;
            unit /= 10;
        }
        return next == firstDigit ? -1 : micros;
    }

    /** The minutes that local time is ahead of UTC: of {@code Z}, {@code +01:00}, {@code +0100}, {@code +01} or nothing. */
    private int offsetMinutes(byte[] bytes, int from, int to) {
        if (from == to || (to - from == 1 && (bytes[from] == 'Z' || bytes[from] == 'z'))) {
            return 0;
        }
        boolean isBehind = bytes[from] == '-';
        if (!isBehind && bytes[from] != '+') {
            return Integer.MIN_VALUE;
        }
        int hours = pair(bytes, from + 1, to);
        int minutesFrom = from + 3 < to && bytes[from + 3] == ':' ? from + 4 : from + 3;
        int minutes = from + 3 == to ? 0 : pair(bytes, minutesFrom, to);
        boolean isWhole = from + 3 == to || minutesFrom + 2 == to;
        if (!isWhole || hours < 0 || hours > 18 || minutes < 0 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int offset = hours * 60 + minutes;
        return isBehind ? -offset : offset;
    }

    @Nullable
    private Fault sinceEpoch(byte[] bytes, int from, int to) {
        @Nullable Fault fault = whole(bytes, from, to, Long.MIN_VALUE, Long.MAX_VALUE);
        if (fault == null) {
            boolean isMilliseconds = Math.abs(integral) >= FIRST_MILLISECONDS;
            long least = isMilliseconds ? FIRST_INSTANT / 1_000 : FIRST_INSTANT / 1_000_000;
            long most = isMilliseconds ? LAST_INSTANT / 1_000 : LAST_INSTANT / 1_000_000;
            if (integral < least || integral > most) {
                return Fault.OUT_OF_RANGE;
            }
            integral *= isMilliseconds ? 1_000 : 1_000_000;
            return null;
        }
        if (fault != Fault.FRACTION) {
            return fault;
        }
        BigDecimal number = new BigDecimal(text(bytes, from, to), MathContext.UNLIMITED);
        boolean isMilliseconds = number.abs().compareTo(BigDecimal.valueOf(FIRST_MILLISECONDS)) >= 0;
        integral = number.movePointRight(isMilliseconds ? 3 : 6).longValue();
        return null;
    }

    /** The number of two digits at {@code at}, or -1. */
    private static int pair(byte[] bytes, int at, int to) {
        if (at + 2 > to || !isDigit(bytes[at]) || !isDigit(bytes[at + 1])) {
            return -1;
        }
        return (bytes[at] - '0') * 10 + bytes[at + 1] - '0';
    }

    private static boolean isWord(byte[] bytes, int from, int to, String lowerCase) {
        if (to - from != lowerCase.length()) {
            return false;
        }
        for (int index = 0; index < lowerCase.length(); index++) {
            if ((bytes[from + index] | 0x20) != lowerCase.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    private String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).replace((char) decimal, '.');
    }

    private static boolean isDigit(byte value) {
        return value >= '0' && value <= '9';
    }
}
