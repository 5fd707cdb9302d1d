package io.polder.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How texts are rewritten to a pattern: their digits and letters stay in their order, what stands between them becomes
 * what the pattern has there, and letters take its case when it has but one.
 */
final class PatternFix {
    private static final Pattern RUN = Pattern.compile("d+|[Aa]+");

    /** Whose length in a text must be that of the pattern. */
    private record Run(boolean isDigits, int length) {}

    private final List<Run> runs;
    private final String template;
    private final String shape;

    private PatternFix(List<Run> runs, String template, String shape) {
        this.runs = runs;
        this.template = template;
        this.shape = shape;
    }

    /**
     * To a pattern as {@link io.polder.statistics.TextPattern#of} makes it; empty when it has more runs than a template can
     * name, or letters without case.
     */
    static Optional<PatternFix> to(String pattern) {
        List<Run> runs = new ArrayList<>();
        StringBuilder template = new StringBuilder();
        Matcher run = RUN.matcher(pattern);
        int at = 0;
        while (run.find()) {
            template.append(pattern, at, run.start()).append('\\').append(runs.size() + 1);
            runs.add(new Run(run.group().startsWith("d"), run.group().length()));
            at = run.end();
        }
        template.append(pattern.substring(at));
        return runs.isEmpty() || runs.size() > 9 || pattern.contains("\\") || isForeign(pattern)
                ? Optional.empty()
                : Optional.of(new PatternFix(runs, template.toString(), pattern));
    }

    /** Whether texts of another pattern become texts of this one. */
    boolean fits(String pattern) {
        String wanted = shape.replaceAll("[^dAa]", "");
        String has = pattern.replaceAll("[^dAa]", "");
        if (isForeign(pattern)) {
            return false;
        }
        return hasOneCase() ? wanted.equalsIgnoreCase(has) && same(wanted, has) : wanted.equals(has);
    }

    /** Whether it has letters without case, or digits of another script. */
    private static boolean isForeign(String pattern) {
        return pattern.indexOf('x') >= 0 || pattern.indexOf('D') >= 0;
    }

    /** Digits where digits are; d is no letter here. */
    private static boolean same(String one, String other) {
        return one.replace('A', 'a').equals(other.replace('A', 'a'));
    }

    private boolean hasOneCase() {
        return !(shape.contains("A") && shape.contains("a"));
    }

    /** SQL that rewrites a column; what cannot be rewritten stays as it is. */
    String sql(String column) {
        String value = shape.contains("A") && hasOneCase()
                ? "upper(" + column + ")"
                : shape.contains("a") && hasOneCase() ? "lower(" + column + ")" : column;
        StringBuilder expression = new StringBuilder("^[^\\pL\\d]*");
        for (Run run : runs) {
            expression
                    .append(run.isDigits() ? "(\\d{" : "(\\pL{")
                    .append(run.length())
                    .append("})[^\\pL\\d]*");
        }
        return "regexp_replace(" + value + ", " + FileSource.text(expression + "$") + ", " + FileSource.text(template)
                + ")";
    }
}
