package io.polder.profile;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as text. */
final class Numerals {
    private Numerals() {}

    /** The shortest text that is this number: 3 and not 3.0. */
    static String written(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return String.valueOf(number);
        }
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            return String.valueOf((long) number);
        }
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /** For people: so many significant digits. */
    static String shown(double number, int digits) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return "–";
        }
        if (number == 0) {
            return "0";
        }
        double size = Math.abs(number);
        if (size >= 1e15 || size < 1e-6) {
            return String.format(Locale.ROOT, "%." + (digits - 1) + "e", number);
        }
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(digits));
        if (size >= Math.pow(10, digits)) {
            rounded = new BigDecimal(number).setScale(0, RoundingMode.HALF_EVEN);
        }
        return rounded.stripTrailingZeros().toPlainString();
    }

    /** A whole number for people: 1,234. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 row}, {@code 2 rows}. */
    static String counted(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** A part of a whole in percents, for people: 0 % and 100 % are none and all, never nearly so. */
    static String percent(double part, int digits) {
        String shown = shown(part * 100, digits);
        if (part < 1 && shown.equals("100")) {
            return ">99." + "9".repeat(Math.max(1, digits - 2)) + " %";
        }
        return shown + " %";
    }

    /** As {@link #percent(double, int)}, without a fraction. */
    static String wholePercent(double part) {
        long rounded = Math.round(part * 100);
        return part > 0 && rounded == 0 ? "<1 %" : part < 1 && rounded == 100 ? ">99 %" : rounded + " %";
    }

    /** As SQL writes it. */
    static String sql(double number) {
        if (Double.isNaN(number)) {
            return "CAST('nan' AS DOUBLE)";
        }
        if (Double.isInfinite(number)) {
            return "CAST('" + (number < 0 ? "-" : "") + "inf' AS DOUBLE)";
        }
        return "CAST('" + number + "' AS DOUBLE)";
    }
}
