package io.polder.profile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * What is counted of texts without looking for anything in them: lengths in characters (code points), the first and the last
 * in the order of their characters, blanks at the ends, case. Takes them one by one, as UTF-8; for one thread.
 */
final class TextShape {
    private static final int SMALL = 1;
    private static final int CAPITAL = 2;

    private long min = Long.MAX_VALUE;
    private long max;
    private long sum;
    private long all;
    private long padded;
    private long upper;
    private long lower;
    private byte[] first = {};
    private byte[] last = {};

    /** Lengths are 0 and texts empty where there are none. */
    record Found(long min, double mean, long max, String first, String last, long padded, long upper, long lower) {}

    /** Counts a text that is there so many times. */
    void add(byte[] bytes, int from, int to, long times) {
        if (all == 0 || Arrays.compareUnsigned(bytes, from, to, first, 0, first.length) < 0) {
            first = Arrays.copyOfRange(bytes, from, to);
        }
        if (all == 0 || Arrays.compareUnsigned(bytes, from, to, last, 0, last.length) > 0) {
            last = Arrays.copyOfRange(bytes, from, to);
        }
        int length = to - from;
        int cases = 0;
        boolean isPlain = true;
        for (int at = from; at < to; at++) {
            int letter = bytes[at];
            if (letter < 0) {
                isPlain = false;
                length -= (letter & 0xc0) == 0x80 ? 1 : 0;
            } else if (letter >= 'A' && letter <= 'z') {
                cases |= letter >= 'a' ? SMALL : letter <= 'Z' ? CAPITAL : 0;
            }
        }
        if (!isPlain) {
            cases = cases(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }
        min = Math.min(min, length);
        max = Math.max(max, length);
        sum += times * length;
        all += times;
        padded += to > from && (bytes[from] == ' ' || bytes[to - 1] == ' ') ? times : 0;
        upper += cases == CAPITAL ? times : 0;
        lower += cases == SMALL ? times : 0;
    }

    private static int cases(String text) {
        String raised = text.toUpperCase(Locale.ROOT);
        String lowered = text.toLowerCase(Locale.ROOT);
        if (raised.equals(lowered)) {
            return 0;
        }
        return text.equals(raised) ? CAPITAL : text.equals(lowered) ? SMALL : SMALL | CAPITAL;
    }

    Found found() {
        return new Found(
                all == 0 ? 0 : min,
                all == 0 ? 0 : (double) sum / all,
                max,
                new String(first, StandardCharsets.UTF_8),
                new String(last, StandardCharsets.UTF_8),
                padded,
                upper,
                lower);
    }
}
