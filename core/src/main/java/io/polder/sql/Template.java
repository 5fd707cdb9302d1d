package io.polder.sql;

import io.polder.sql.Rewriter.Argument;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Fills a rule's template with the arguments of a call. */
final class Template {
    private final Function rule;
    private final Token name;
    private final List<Argument> arguments;
    private final Rewriter rewriter;
    private final Fragment over;
    private boolean isOverWritten;

    private Template(Function rule, Token name, List<Argument> arguments, Rewriter rewriter) {
        this.rule = rule;
        this.name = name;
        this.arguments = arguments;
        this.rewriter = rewriter;
        over = rewriter.over();
    }

    /** What the engine is told instead of a call of {@code rule}; reads the OVER behind the call, if there is one. */
    static Fragment of(Function rule, Token name, List<Argument> arguments, Rewriter rewriter) {
        Template template = new Template(rule, name, arguments, rewriter);
        Fragment out = new Fragment().add("", name.start());
        if (rule.template().startsWith("@")) {
            template.special(out);
        } else {
            template.fill(out, rule.template());
        }
        if (!template.isOverWritten && !template.over.isEmpty()) {
            out.add(template.over);
        }
        return out;
    }

    private void fill(Fragment out, String text) {
        int from = 0;
        int mark = text.indexOf('$');
        while (mark >= 0) {
            literal(out, text.substring(from, mark));
            int end = mark + 1;
            while (end < text.length() && Character.isLetter(text.charAt(end))) {
                end++;
            }
            String word = text.substring(mark + 1, end);
            if (end < text.length() && text.charAt(end) == '(' && isHelper(word)) {
                int close = closing(text, end);
                helper(out, word, text.substring(end + 1, close));
                end = close + 1;
            } else {
                placeholder(out, word);
            }
            from = end;
            mark = text.indexOf('$', from);
        }
        literal(out, text.substring(from));
    }

    private static boolean isHelper(String word) {
        return List.of("local", "utc", "pattern", "concat", "anynull", "logarithm")
                .contains(word);
    }

    private void literal(Fragment out, String text) {
        if (!text.isBlank()) {
            out.add(text.strip());
        }
    }

    private void placeholder(Fragment out, String word) {
        switch (word) {
            case "over" -> {
                isOverWritten = true;
                out.add(over);
            }
            case "database" -> out.add(Words.text(rewriter.session().database()));
            case "more" -> list(out, ",");
            default -> out.add(argument(word).sql());
        }
    }

    private void helper(Fragment out, String word, String inner) {
        boolean isUtc = rewriter.session().zone().equals(ZoneOffset.UTC);
        switch (word) {
            case "local", "utc" -> {
                if (isUtc) {
                    fill(out, inner);
                    return;
                }
                String zone = Words.text(rewriter.session().zone().getId());
                boolean isLocal = word.equals("local");
                out.add(isLocal ? "timezone(" + zone + ", timezone('UTC'," : "timezone('UTC', timezone(" + zone + ",");
                fill(out, inner);
                out.add("))");
            }
            case "pattern" -> {
                Argument pattern = argument(inner);
                out.add(Words.text(Patterns.java(rewriter.asked, text(pattern, "a date pattern"), pattern.start())));
            }
            case "concat" -> list(out, "||");
            case "anynull" -> {
                for (int index = 0; index < more().size(); index++) {
                    out.add(index == 0 ? "(" : "OR (")
                            .add(more().get(index).sql())
                            .add(") IS NULL");
                }
            }
            default -> {
                // Impala gives what C gives, where the engine refuses.
                String function = inner.substring(0, inner.indexOf(','));
                Fragment x = argument("x").sql();
                out.add("CASE WHEN (")
                        .add(x)
                        .add(") < 0 THEN CAST('nan' AS DOUBLE) WHEN (")
                        .add(x)
                        .add(") = 0 THEN CAST('-infinity' AS DOUBLE) ELSE " + function + "(CASE WHEN (")
                        .add(x)
                        .add(") > 0 THEN")
                        .add(x)
                        .add("END) END");
            }
        }
    }

    private void list(Fragment out, String between) {
        List<Argument> rest = more();
        if (rest.isEmpty()) {
            throw wrong("needs something in its brackets");
        }
        for (int index = 0; index < rest.size(); index++) {
            out.add(index == 0 ? "" : between).add(rest.get(index).sql());
        }
    }

    private List<Argument> more() {
        return arguments.subList(rule.parameters().size() - 1, arguments.size());
    }

    private Argument argument(String parameter) {
        int index = rule.parameters().indexOf(parameter);
        if (index < 0) {
            throw new IllegalStateException("Rule " + rule.signature() + " has no parameter " + parameter + ".");
        }
        return arguments.get(index);
    }

    private SqlProblem wrong(String wrong) {
        return SqlProblem.at(rewriter.asked, name.start(), rule.name() + "() " + wrong, "write " + rule.signature());
    }

    /** The text of an argument that must be a literal. */
    private String text(Argument argument, String what) {
        return argument.literal()
                .orElseThrow(() -> SqlProblem.at(
                        rewriter.asked,
                        argument.start(),
                        "there should be " + what + " in quotes",
                        "write it as a literal"));
    }

    // ---- what no template can say

    private void special(Fragment out) {
        switch (rule.template()) {
            case "@part" -> {
                String engine = known(
                        Units.part(unitText()),
                        unit(),
                        "epoch, year, quarter, month, week, day, hour," + " minute, second or millisecond");
                out.add("CAST(floor(date_part('" + engine + "', impala.ts(")
                        .add(argument("moment").sql())
                        .add("))) AS BIGINT)");
            }
            case "@trunc" -> trunc(out);
            case "@date_trunc" -> {
                String engine = known(
                        Units.dateTrunc(unitText()),
                        unit(),
                        "year, quarter, month, week, day, hour, minute or" + " second");
                if (engine.equals("century") || engine.equals("millennium")) {
                    // The first century began with the year 1.
                    int years = engine.equals("century") ? 100 : 1000;
                    same(
                            out,
                            "make_timestamp((year(impala.ts(",
                            ")) - 1) // " + years + " * " + years + " + 1, 1, 1, 0, 0, 0)");
                } else {
                    same(out, "date_trunc('" + engine + "', impala.ts(", "))");
                }
            }
            case "@group_concat" -> {
                Fragment text = argument("text").sql();
                boolean isDistinct = text.toString().startsWith("DISTINCT ");
                out.add(isDistinct ? "string_agg(" : "string_agg(impala.to_string(")
                        .add(text)
                        .add(isDistinct ? "," : "),")
                        .add(
                                arguments.size() == 1
                                        ? new Fragment().add("', '")
                                        : argument("separator").sql())
                        .add(")");
            }
            case "@repeat" -> repeat(out);
            case "@next_day" -> nextDay(out);
            case "@parse_url" -> parseUrl(out);
            case "@conv" -> conv(out);
            case "@decode" -> decode(out);
            default -> throw new IllegalStateException("There is no " + rule.template() + ".");
        }
    }

    private Argument unit() {
        return argument("unit");
    }

    private String unitText() {
        return text(unit(), "a unit");
    }

    private String known(Optional<String> engine, Argument written, String units) {
        return engine.orElseThrow(() -> SqlProblem.at(
                rewriter.asked,
                written.start(),
                "there is no unit '" + written.literal().orElse("") + "'",
                "write " + units));
    }

    private void same(Fragment out, String before, String after) {
        Fragment moment = argument("moment").sql();
        out.add("impala.same(").add(moment).add("," + before).add(moment).add(after + ")");
    }

    private void trunc(Fragment out) {
        String engine = known(Units.trunc(unitText()), unit(), "YYYY, Q, MM, WW, W, D, DD, HH or MI");
        if (!engine.equals("ww") && !engine.equals("w")) {
            same(out, "date_trunc('" + engine + "', impala.ts(", "))");
            return;
        }
        // Whole weeks since the first day of the year or month.
        String part = engine.equals("ww") ? "doy" : "day";
        Fragment moment = argument("moment").sql();
        out.add("impala.same(")
                .add(moment)
                .add(", date_trunc('day', impala.ts(")
                .add(moment)
                .add(")) - to_days(CAST((date_part('" + part + "', impala.ts(")
                .add(moment)
                .add(")) - 1) % 7 AS INTEGER)))");
    }

    /** Where the number is written down, it can be judged before the query runs; else it is while it runs. */
    private void repeat(Fragment out) {
        boolean isPad = rule.name().endsWith("pad");
        boolean isKnown = argument(isPad ? "length" : "count").sql().toString().matches("-? ?\\d{1,9}");
        if (isPad) {
            fill(
                    out,
                    isKnown
                            ? rule.name() + "($text, CAST($length AS INTEGER), $pad)"
                            : "impala." + rule.name() + "($text, $length, $pad)");
            return;
        }
        out.add(isKnown ? "repeat(" : "impala.repeat(");
        fill(out, rule.name().equals("space") ? "' '" : "$text");
        fill(out, isKnown ? ", greatest($count, 0))" : ", $count)");
    }

    private void nextDay(Fragment out) {
        Argument weekday = argument("weekday");
        List<String> days = List.of("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday");
        String written = text(weekday, "a weekday").toLowerCase(Locale.ROOT);
        int day = 0;
        while (day < 7
                && !days.get(day).equals(written)
                && !days.get(day).substring(0, 3).equals(written)) {
            day++;
        }
        if (day == 7) {
            throw SqlProblem.at(
                    rewriter.asked, weekday.start(), "there is no weekday '" + written + "'", "write Monday or Mon");
        }
        Fragment moment = argument("moment").sql();
        out.add("impala.same(")
                .add(moment)
                .add(", date_trunc('day', impala.ts(")
                .add(moment)
                .add(")) + to_days(CAST((" + day + " + 6 - date_part('dow', impala.ts(")
                .add(moment)
                .add("))) % 7 + 1 AS INTEGER)))");
    }

    private void parseUrl(Fragment out) {
        String part = text(argument("part"), "a part of an address").toUpperCase(Locale.ROOT);
        String pattern =
                switch (part) {
                    case "PROTOCOL" -> "^([^:/?#]+)://";
                    case "HOST" -> "^[^:/?#]+://(?:[^/?#@]*@)?([^:/?#]*)";
                    case "AUTHORITY" -> "^[^:/?#]+://([^/?#]*)";
                    case "USERINFO" -> "^[^:/?#]+://([^/?#@]*)@";
                    case "PATH" -> "^[^:/?#]+://[^/?#]*([^?#]*)";
                    case "FILE" -> "^[^:/?#]+://[^/?#]*([^#]*)";
                    case "QUERY" -> "^[^?#]*\\?([^#]*)";
                    case "REF" -> "#(.*)$";
                    default ->
                        throw SqlProblem.at(
                                rewriter.asked,
                                argument("part").start(),
                                "an address has no part '" + part + "'",
                                "write HOST, PATH, QUERY, PROTOCOL, AUTHORITY, FILE, REF or USERINFO");
                };
        if (arguments.size() == 3) {
            String key = text(argument("key"), "the name of a parameter");
            pattern = "^[^?#]*\\?(?:[^#]*&)?" + key.replaceAll("([^A-Za-z0-9_-])", "\\\\$1") + "=([^&#]*)";
        }
        out.add("nullif(regexp_extract(").add(argument("url").sql()).add("," + Words.text(pattern) + ", 1), '')");
    }

    private void conv(Fragment out) {
        int from = base(argument("from"), "2 8 10 16");
        int to = base(argument("to"), "");
        Fragment text = argument("text").sql();
        String digits =
                switch (from) {
                    case 2 -> "TRY_CAST('0b' ||";
                    case 8 -> "TRY_CAST('0o' ||";
                    case 16 -> "TRY_CAST('0x' ||";
                    default -> "TRY_CAST(";
                };
        if (from == 8) {
            throw SqlProblem.at(
                    rewriter.asked, argument("from").start(), "numbers of base 8 are not read", "use base 2, 10 or 16");
        }
        out.add("to_base(" + digits).add(text).add("AS BIGINT), " + to + ")");
    }

    private int base(Argument argument, String allowed) {
        String written = argument.sql().toString();
        boolean isGood = written.matches("\\d{1,2}")
                && Integer.parseInt(written) >= 2
                && Integer.parseInt(written) <= 36
                && (allowed.isEmpty() || List.of(allowed.split(" ")).contains(written));
        if (!isGood) {
            throw SqlProblem.at(rewriter.asked, argument.start(), "there is no base " + written, "write 2, 10 or 16");
        }
        return Integer.parseInt(written);
    }

    private void decode(Fragment out) {
        List<Argument> rest = more();
        if (rest.size() < 2) {
            throw wrong("needs a value, what to look for, and a result");
        }
        Fragment value = argument("value").sql();
        out.add("CASE");
        for (int index = 0; index + 1 < rest.size(); index += 2) {
            out.add("WHEN (")
                    .add(value)
                    .add(") IS NOT DISTINCT FROM (")
                    .add(rest.get(index).sql())
                    .add(") THEN")
                    .add(rest.get(index + 1).sql());
        }
        if (rest.size() % 2 == 1) {
            out.add("ELSE").add(rest.get(rest.size() - 1).sql());
        }
        out.add("END");
    }

    private static int closing(String text, int open) {
        int level = 0;
        for (int index = open; index < text.length(); index++) {
            level += text.charAt(index) == '(' ? 1 : text.charAt(index) == ')' ? -1 : 0;
            if (level == 0) {
                return index;
            }
        }
        throw new IllegalStateException("The template " + text + " is not closed.");
    }
}
