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
