package io.polder.profile;

import io.polder.statistics.TextPattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What texts look like. */
final class Texts {
    private static final int PATTERNS = 20;
    /** More patterns than this, and they are told loosely. */
    private static final int MANY_PATTERNS = 20;

    private static final int TYPOS = 50;
    /** From so many letters on a word is hardly another word with one letter changed. */
    private static final int LONG = 6;
    /** Distances between frequent values that are looked for. */
    private static final int NEAR = 3;
    /** Where more of the frequent values have another one as near, nearness tells nothing. */
    private static final double ALIKE = 0.1;
    /** A value is compared with frequent ones when it has at most so many occurrences. */
    private static final int RARE = 3;
    /** And the frequent one at least so many times as many. */
    private static final int TIMES = 5;
    /** A longer value may be there more often when another one is so many times as frequent. */
    private static final int MANY_TIMES = 50;

    private static final int VERY_LONG = 10;
    /** A word that so many different values have is no slip of another word. */
    private static final int WORD = 10;
    /** Of shorter texts one letter more is another text. */
    private static final int SHORT = 4;
    /** Columns of more different values are not searched for slips of the pen. */
    private static final int MAX_DISTINCT = 5_000;

    private static final Pattern COUNTING = Pattern.compile("\\p{L}|[IVXL]+|[ivxl]+");
    private static final Pattern BETWEEN_DIGITS = Pattern.compile("(\\d)[^\\p{L}\\d](?=\\d)");
    private static final Pattern WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private Texts() {}

    /**
     * Describes them.
     *
     * @param values different values with their counts
     * @param isWhole whether these are all
     */
    static Profile.Text of(TextShape.Found shape, List<Profile.Top> values, boolean isWhole) {
        Map<String, Long> exact = new HashMap<>();
        Map<String, Long> scripts = new HashMap<>();
        long all = 0;
        for (Profile.Top value : values) {
            String text = String.valueOf(value.value());
            String pattern = TextPattern.of(text);
            exact.merge(pattern, value.count(), Long::sum);
            scripts.merge(script(text), value.count(), Long::sum);
            all += value.count();
        }
        boolean isLoose = exact.size() > MANY_PATTERNS;
        Map<String, Long> loose = new HashMap<>();
        if (isLoose) {
            exact.forEach((pattern, count) -> loose.merge(TextPattern.loose(pattern), count, Long::sum));
        }
        List<Profile.Pattern> patterns = new ArrayList<>();
        for (Profile.Top pattern : top(isLoose ? loose : exact, PATTERNS)) {
            String written = String.valueOf(pattern.value());
            patterns.add(new Profile.Pattern(
                    written,
                    pattern.count(),
                    (double) pattern.count() / all,
                    TextPattern.expression(written, isLoose)));
        }
        return new Profile.Text(
                shape.min(),
                shape.mean(),
                shape.max(),
                shortened(shape.first()),
                shortened(shape.last()),
                patterns,
                isLoose,
                (isLoose ? loose : exact).size(),
                top(scripts, 10),
                shape.padded(),
                shape.upper(),
                shape.lower(),
                isWhole ? typos(values) : List.of());
    }

    /** What the engine counts, of texts that are not read. */
    static TextShape.Found shape(Workbench bench, String table, String c) {
        List<@Nullable Object> found =
                bench.row("SELECT min(length(v)), avg(length(v)), max(length(v)), min(v), max(v),"
                        + " count_if(starts_with(v, ' ') OR ends_with(v, ' ')), count_if(v = upper(v) AND v <> lower(v)), count_if(v = lower(v) AND v <> upper(v))"
                        + " FROM (SELECT " + c + " AS v FROM " + table + ")");
        return new TextShape.Found(
                Profiler.number(found.get(0)),
                Profiler.real(found.get(1)),
                Profiler.number(found.get(2)),
                String.valueOf(found.get(3)),
                String.valueOf(found.get(4)),
                Profiler.number(found.get(5)),
                Profiler.number(found.get(6)),
                Profiler.number(found.get(7)));
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    static List<Profile.Top> top(Map<String, Long> counts, int most) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(entry -> new Profile.Top(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** The script of the first letter that has one; "none" for digits and signs alone. */
    static String script(String text) {
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            if (Character.isLetter(character)) {
                return Character.UnicodeScript.of(character).name().toLowerCase(Locale.ROOT);
            }
            at += Character.charCount(character);
        }
        return "none";
    }

    /**
     * Rare values that are one or two letters from a frequent one: long texts may differ in more, numbers in none (one
     * digit more is another number).
     */
    static List<Profile.Typo> typos(List<Profile.Top> values) {
        List<Profile.Typo> typos = new ArrayList<>();
        if (values.size() > MAX_DISTINCT) {
            return typos;
        }
        long most = values.stream().mapToLong(Profile.Top::count).max().orElse(0);
        List<Profile.Top> rare =
                values.stream().filter(value -> isRare(value, most)).toList();
        List<Profile.Top> frequent =
                values.stream().filter(value -> !isRare(value, most)).toList();
        Map<String, Long> words = values.stream()
                .flatMap(value -> words(String.valueOf(value.value())).stream())
                .collect(Collectors.groupingBy(word -> word, Collectors.counting()));
        double[] alike = rare.isEmpty() ? new double[0] : alike(frequent);
        Set<String> shapes = frequent.stream()
                .map(value -> kinds(String.valueOf(value.value())))
                .collect(Collectors.toSet());
        for (Profile.Top slip : rare) {
            String text = String.valueOf(slip.value());
            if (text.length() < SHORT) {
                continue;
            }
            Profile.@Nullable Top best = null;
            int nearest = Integer.MAX_VALUE;
            for (Profile.Top known : frequent) {
                String likely = String.valueOf(known.value());
                int allowed = allowed(text);
                if (known.count() < (slip.count() <= RARE ? TIMES : MANY_TIMES) * slip.count()
                        || Math.abs(likely.length() - text.length()) > allowed) {
                    continue;
                }
                int distance = distance(text, likely, Math.min(allowed, nearest - 1));
                if (distance < nearest && !digits(text).equals(text) && differsInLetters(text, likely)) {
                    nearest = distance;
                    best = known;
                }
            }
            if (best != null
                    && isCredible(text, nearest, shapes, alike)
                    && !isMeantOtherwise(text, String.valueOf(best.value()))
                    && !hasAnotherWord(text, String.valueOf(best.value()))
                    && !hasWordOfItsOwn(text, String.valueOf(best.value()), words)) {
                typos.add(new Profile.Typo(text, slip.count(), String.valueOf(best.value()), best.count()));
            }
        }
        typos.sort(Comparator.comparing(Profile.Typo::value));
        return typos.subList(0, Math.min(TYPOS, typos.size()));
    }

    private static boolean isRare(Profile.Top value, long most) {
        return value.count() <= RARE
                || String.valueOf(value.value()).length() >= VERY_LONG && value.count() * MANY_TIMES <= most;
    }

    private static Set<String> words(String text) {
        return new HashSet<>(listed(text));
    }

    /** A text that begins with a sign has nothing before it. */
    private static List<String> listed(String text) {
        return Stream.of(WORDS.split(text)).filter(word -> !word.isEmpty()).toList();
    }

    /** Whether what little is between two texts was surely meant. */
    private static boolean isMeantOtherwise(String text, String likely) {
        return isDoubted(text, likely) || isCountedOtherwise(text, likely) || isRangeOtherwise(text, likely);
    }

    /** Whether only a question mark is between them: Iron? is what somebody was not sure of. */
    private static boolean isDoubted(String text, String likely) {
        return text.replace("?", "").strip().equals(likely.replace("?", "").strip()) && text.contains("?");
    }

    /** Whether they differ in letters or Roman numbers that count: Abee (a) and (b), part I and II. */
    private static boolean isCountedOtherwise(String text, String likely) {
        List<String> words = listed(text);
        List<String> others = listed(likely);
        return words.size() == others.size()
                && words.size() > 1
                && !words.equals(others)
                && IntStream.range(0, words.size())
                        .allMatch(at -> words.get(at).equals(others.get(at))
                                || COUNTING.matcher(words.get(at)).matches()
                                        && COUNTING.matcher(others.get(at)).matches());
    }

    /** Whether they differ in the signs between digits alone: 5-6 is from 5 to 6, 5/6 is either. */
    private static boolean isRangeOtherwise(String text, String likely) {
        String plain = BETWEEN_DIGITS.matcher(text).replaceAll("$1");
        return !text.equals(likely)
                && plain.equals(BETWEEN_DIGITS.matcher(likely).replaceAll("$1"));
    }

    /** Whether two texts have the same words but for one that is another word, and no slip: a road to Bru and one to Oost. */
    private static boolean hasAnotherWord(String text, String likely) {
        List<String> words = listed(text);
        List<String> others = listed(likely);
        if (words.size() < 2 || words.size() != others.size()) {
            return false;
        }
        return IntStream.range(0, words.size()).anyMatch(at -> {
            String word = words.get(at);
            String other = others.get(at);
            int half = Math.max(1, Math.max(word.length(), other.length()) / 2);
            return distance(word, other, half) > half;
        });
    }

    /** Whether a text has, where its likely value has another, a word that many values have: AK_1 to AK_20 beside AL_1. */
    private static boolean hasWordOfItsOwn(String text, String likely, Map<String, Long> words) {
        Set<String> known = words(likely);
        return words(text).stream().anyMatch(word -> !known.contains(word) && words.getOrDefault(word, 0L) >= WORD);
    }

    /**
     * Whether a rare value is rather a slip than a value of its own. One of a shape that no frequent value has (a digit
     * among letters, a small one among capitals) is. A short word that differs by a letter is not: Mesen and Menen are two
     * towns. Nor is what differs no more than frequent values do from each other: Iron, IIAB and Iron, IIIAB are two
     * meteorites.
     */
    private static boolean isCredible(String text, int distance, Set<String> shapes, double[] alike) {
        return !shapes.contains(kinds(text))
                || text.length() >= LONG && (distance >= alike.length || alike[distance] < ALIKE);
    }

    /**
     * What part of the values has another one that far away or nearer, by distance. One that is many times as frequent does
     * not count, since the other may be a slip of it.
     */
    private static double[] alike(List<Profile.Top> frequent) {
        List<Profile.Top> all = frequent.stream()
                .filter(value -> String.valueOf(value.value()).length() >= SHORT)
                .toList();
        double[] alike = new double[NEAR + 1];
        for (Profile.Top one : all) {
            String text = String.valueOf(one.value());
            int nearest = NEAR + 1;
            for (Profile.Top two : all) {
                String other = String.valueOf(two.value());
                if (!other.equals(text)
                        && two.count() < TIMES * one.count()
                        && one.count() < TIMES * two.count()
                        && Math.abs(other.length() - text.length()) < nearest
                        && differsInLetters(text, other)) {
                    nearest = Math.min(nearest, distance(text, other, nearest - 1));
                }
            }
            for (int at = nearest; at <= NEAR; at++) {
                alike[at] += 1.0 / all.size();
            }
        }
        return alike;
    }

    /** A text with each letter and digit replaced by its kind. */
    private static String kinds(String text) {
        StringBuilder kinds = new StringBuilder();
        text.chars()
                .map(letter -> Character.isDigit(letter)
                        ? 'd'
                        : Character.isUpperCase(letter) ? 'A' : Character.isLetter(letter) ? 'a' : letter)
                .forEach(kind -> kinds.append((char) kind));
        return kinds.toString();
    }

    /** Whether two texts are one or two letters apart (long ones more), and not in their digits alone. */
    static boolean isNear(String one, String other) {
        int allowed = allowed(one);
        return one.length() >= SHORT
                && Math.abs(one.length() - other.length()) <= allowed
                && !digits(one).equals(one)
                && differsInLetters(one, other)
                && !isMeantOtherwise(one, other)
                && !isMeantOtherwise(other, one)
                && distance(one, other, allowed) <= allowed;
    }

    private static int allowed(String text) {
        return Math.min(Math.max(1, text.length() / 5), 12);
    }

    /** Whether two texts have the same digits, or one has a letter where the other has a digit. */
    private static boolean differsInLetters(String text, String likely) {
        return digits(text).equals(digits(likely)) || letters(text) != letters(likely);
    }

    private static String digits(String text) {
        return text.replaceAll("[^0-9]", "");
    }

    private static long letters(String text) {
        return text.chars().filter(Character::isLetter).count();
    }

    /** Levenshtein's distance; a large number when it is above {@code most}. */
    static int distance(String one, String other, int most) {
        if (most < 0) {
            return Integer.MAX_VALUE;
        }
        int[] before = new int[other.length() + 1];
        int[] now = new int[other.length() + 1];
        for (int at = 0; at <= other.length(); at++) {
            before[at] = at;
        }
        for (int row = 1; row <= one.length(); row++) {
            now[0] = row;
            int least = row;
            for (int column = 1; column <= other.length(); column++) {
                int cost = one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1;
                now[column] = Math.min(Math.min(now[column - 1], before[column]) + 1, before[column - 1] + cost);
                least = Math.min(least, now[column]);
            }
            if (least > most) {
                return Integer.MAX_VALUE;
            }
            int[] spare = before;
            before = now;
            now = spare;
        }
        return before[other.length()] <= most ? before[other.length()] : Integer.MAX_VALUE;
    }
}
