package io.polder.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** A profile for programs, for a browser, and for a terminal. */
public final class Reports {
    private static final ObjectMapper JSON =
            new ObjectMapper(FiniteJson.factory()).enable(SerializationFeature.INDENT_OUTPUT);
    private static final ObjectMapper COMPACT = JsonMapper.builder(FiniteJson.factory())
            .addModule(new SimpleModule().addSerializer(java.time.Instant.class, ToStringSerializer.instance))
            .build();
    private static final int BAR = 12;

    private Reports() {}

    /** The published JSON; the schema is docs/profile.schema.json. NaN and infinities are null. */
    public static String json(Profile profile) {
        return written(profile, JSON);
    }

    /** As {@link #json(Profile)}. */
    public static String json(Pair pair) {
        return written(pair, JSON);
    }

    /** What a mart tells of its profiles, for the page and for programs. NaN and infinities are null. */
    public static String json(TableProfile profile) {
        return written(profile, COMPACT);
    }

    /** As {@link #json(TableProfile)}. */
    public static String json(TableHistory history) {
        return written(history, COMPACT);
    }

    /** As {@link #json(TableProfile)}. */
    public static String json(RowOutliers outliers) {
        return written(outliers, COMPACT);
    }

    /** As {@link #json(TableProfile)}. */
    public static String json(RangeComparison comparison) {
        return written(comparison, COMPACT);
    }

    /** As {@link #json(TableProfile)}. */
    public static String json(List<ProfileSearch.Listed> found) {
        return "{\"profiles\":" + written(found, COMPACT) + "}";
    }

    private static String written(Object profile, ObjectMapper mapper) {
        try {
            return mapper.writeValueAsString(profile);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a profile could not be written", impossible);
        }
    }

    /** A file of the rules that hold, with how certain each one is. */
    public static String rules(Profile profile) {
        StringBuilder file = new StringBuilder(
                "# Rules that hold in " + profile.name() + ", " + Numerals.counted(profile.rows(), "row")
                        + ". Behind each: its kind, and how certain it is that a further row keeps it.\n# Strike out what"
                        + " is only so by accident.\nrules:\n");
        List<Profile.SuggestedRule> kept =
                profile.rules().stream().filter(rule -> rule.violations() == 0).toList();
        List<Profile.SuggestedRule> broken =
                profile.rules().stream().filter(rule -> rule.violations() > 0).toList();
        written(file, kept);
        if (!broken.isEmpty()) {
            file.append("""

                      # Broken by a few of these very rows, which are likely wrong: ./polder validate names them, and
                      # its exit code is 1 until they are mended.
                    """);
            written(file, broken);
        }
        return file.toString();
    }

    private static void written(StringBuilder file, List<Profile.SuggestedRule> rules) {
        for (Profile.SuggestedRule rule : rules) {
            file.append(rule.rule())
                    .append("  # ")
                    .append(rule.kind())
                    .append(", ")
                    .append(Alerts.percent(rule.confidence()))
                    .append(rule.violations() == 0 ? "" : ", broken by " + Numerals.counted(rule.violations(), "row"))
                    .append(rule.caution() == null ? "" : ", " + rule.caution())
                    .append('\n');
        }
    }

    /** One page that needs nothing else: no network, no other file. */
    public static String html(Profile profile) {
        String json = written(profile, COMPACT).replace("<", "\\u003c");
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                + escaped(profile.name()) + " – profile</title>\n<style>\n" + resource("report.css")
                + "</style>\n</head>\n<body>\n<div id=\"report\"></div>\n<noscript>This report is drawn by a script.</noscript>\n"
                + "<script type=\"application/json\" id=\"profile\">" + json + "</script>\n<script type=\"module\">\n"
                + resource("report.js")
                + "draw(JSON.parse(document.getElementById(\"profile\").textContent), document.getElementById(\"report\"));\n"
                + "</script>\n</body>\n</html>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(Reports.class.getResourceAsStream("/profile/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new IllegalStateException("the program's own file " + name + " cannot be read", broken);
        }
    }

    /**
     * For a terminal.
     *
     * @param width columns of the terminal
     * @param isColoured whether it knows colours
     */
    public static List<String> text(Profile profile, int width, boolean isColoured) {
        return new Terminal(width, isColoured).draw(profile);
    }

    private static final class Terminal {
        private final List<String> lines = new ArrayList<>();
        private final int width;
        private final boolean isColoured;

        Terminal(int width, boolean isColoured) {
            this.width = Math.max(60, width);
            this.isColoured = isColoured;
        }

        List<String> draw(Profile profile) {
            Profile.FunctionalDependencies dependencies = profile.functionalDependencies();
            lines.add(bold(profile.name()) + "  " + Numerals.counted(profile.rows(), "row") + ", "
                    + Numerals.counted(profile.columns().size(), "column") + ", "
                    + Numerals.counted(profile.duplicates().rows(), "row") + " there twice"
                    + (profile.source().unreadable() > 0
                            ? ", " + red(Numerals.count(profile.source().unreadable()) + " unreadable")
                            : ""));
            StringBuilder options =
                    new StringBuilder("read as " + profile.source().format());
            for (Profile.Option option : profile.source().options()) {
                options.append(", ").append(option.name()).append(' ').append(option.value());
            }
            lines.add(quiet(options.toString()));
            unreadable(profile.source());
            lines.add("");
            columns(profile);
            alerts(profile);
            if (dependencies.rows() > 0) {
                Set<Set<String>> keys = profile.keys().stream().map(Set::copyOf).collect(Collectors.toSet());
                lines.add(bold("Keys ")
                        + quiet("(" + profile.keys().size() + ")  ")
                        + first(profile.keys().stream().map(Terminal::together).toList(), 4));
                lines.add(bold("Dependencies ")
                        + quiet("(" + dependencies.count() + (dependencies.complete() ? "" : ", not all") + ")  ")
                        + first(
                                dependencies.minimal().stream()
                                        // What follows from a key is said with it.
                                        .sorted(Comparator.comparing((Profile.Dependency each) ->
                                                        keys.contains(Set.copyOf(each.lhs())))
                                                .thenComparingInt(
                                                        each -> each.lhs().size()))
                                        .map(each -> each.lhs().isEmpty()
                                                ? each.rhs() + " is always the same"
                                                : together(each.lhs()) + " → " + each.rhs())
                                        .toList(),
                                4));
                lines.add(bold("All but some rows ")
                        + quiet("(" + dependencies.approximate().size() + ")  ")
                        + first(
                                dependencies.approximate().stream()
                                        .map(each -> together(each.lhs()) + " → " + each.rhs() + " but for "
                                                + (each.violations() == 0 ? "few" : each.violations()))
                                        .toList(),
                                3));
            }
            lines.add(bold("Together  ")
                    + (profile.columns().size() > Sample.MAX_COLUMNS
                            ? quiet("(of the first " + Sample.MAX_COLUMNS + " columns)  ")
                            : "")
                    + first(
                            profile.associations().stream()
                                    .filter(each -> !each.measure().matches("pearson|kendall|phiK"))
                                    .map(each -> each.first() + " ~ " + each.second() + " "
                                            + String.format(Locale.ROOT, "%.2f", each.value()))
                                    .toList(),
                            4));
            lines.add(bold("Rules ")
                    + quiet("(" + profile.rules().size() + ")  ")
                    + quiet("--rules FILE writes them, ./polder validate keeps them"));
            return lines;
        }

        /** The first of the rows that could not be read: what is wrong with one is mostly so with all. */
        private void unreadable(Profile.Source source) {
            for (Profile.Unreadable each :
                    source.unreadableExamples().stream().limit(3).toList()) {
                String line = "  line " + Numerals.count(each.line()) + ": " + each.wrong() + ": "
                        + each.text().replace('\n', ' ');
                lines.add(red(line.length() > width ? line.substring(0, width - 1) + "…" : line));
            }
        }

        private static String together(List<String> columns) {
            return columns.isEmpty() ? "none is needed for one row" : String.join(" + ", columns);
        }

        private void columns(Profile profile) {
            int name = Math.min(
                    Math.max(
                            6,
                            profile.columns().stream()
                                    .mapToInt(each -> each.name().length())
                                    .max()
                                    .orElse(0)),
                    Math.max(12, width / 4));
            lines.add(quiet(pad("column", name) + "  " + pad("type", 10) + "  filled        " + padLeft("different", 10)
                    + "  values"));
            for (Profile.Column column : profile.columns()) {
                String type = column.semantic() == null
                        ? column.type()
                        : column.semantic().title();
                String line = pad(column.name(), name) + "  " + pad(type, 10) + "  " + bar(column.density()) + " "
                        + padLeft(different(column, profile.privacy().k()), 10) + "  ";
                String values = values(column);
                int left = width - line.length();
                lines.add(line.replace(bar(column.density()), accent(bar(column.density())))
                        + (values.length() > left ? values.substring(0, Math.max(0, left - 1)) + "…" : values));
            }
            lines.add("");
        }

        private static String different(Profile.Column column, int k) {
            // Rounded down, so few are none.
            boolean areFew = column.isPersonal() && column.distinct() == 0 && column.count() > 0;
            return areFew ? "<" + k : (column.distinctError() > 0 ? "~" : "") + Numerals.count(column.distinct());
        }

        private String values(Profile.Column column) {
            if (column.numbers() != null) {
                Profile.Numbers n = column.numbers();
                return sparkline(n.histogram()) + " " + Numerals.shown(n.min(), 4) + " … "
                        + Numerals.shown(n.quantile(0.5), 4) + " … " + Numerals.shown(n.max(), 4) + "  mean "
                        + Numerals.shown(n.mean(), 4);
            }
            if (column.time() != null) {
                Profile.Time time = column.time();
                return time.shown(time.min()) + " … " + time.shown(time.max()) + ", whole " + time.granularity() + "s";
            }
            Profile.Text text = column.text();
            boolean isSpread = text != null
                    && (column.top().isEmpty() || column.top().get(0).count() * 50 < column.count());
            if (text != null && isSpread && !text.patterns().isEmpty()) {
                Profile.Pattern pattern = text.patterns().get(0);
                return "like " + pattern.pattern() + " (" + Numerals.wholePercent(pattern.coverage()) + ")";
            }
            if (!column.top().isEmpty() && column.distinct() == column.count() && column.count() > 1) {
                return "all different: "
                        + column.top().stream()
                                .limit(6)
                                .map(Profile.Top::value)
                                .collect(Collectors.joining(", "))
                                .replace('\n', ' ')
                        + " …";
            }
            List<String> top = new ArrayList<>();
            for (Profile.Top value :
                    column.top().subList(0, Math.min(4, column.top().size()))) {
                top.add(value.value() + " "
                        + Numerals.wholePercent((double) value.count() / Math.max(1, column.count())));
            }
            return String.join(", ", top).replace('\n', ' ');
        }

        private static final String LEVELS = " ▁▂▃▄▅▆▇█";

        private static String sparkline(List<Profile.Bin> bins) {
            int bars = Math.min(16, bins.size());
            long[] sums = new long[bars];
            for (int bin = 0; bin < bins.size(); bin++) {
                sums[bin * bars / bins.size()] += bins.get(bin).count();
            }
            long most = 1;
            for (long sum : sums) {
                most = Math.max(most, sum);
            }
            StringBuilder line = new StringBuilder();
            for (long sum : sums) {
                line.append(LEVELS.charAt(sum == 0 ? 0 : (int) Math.max(1, Math.round(8.0 * sum / most))));
            }
            return line.toString();
        }

        private void alerts(Profile profile) {
            int shown = 0;
            for (Profile.Alert alert : profile.alerts()) {
                if (shown++ == 12) {
                    lines.add(quiet("… and " + (profile.alerts().size() - 12) + " lighter ones"));
                    break;
                }
                String mark = alert.weight() >= 55 ? red("●") : alert.weight() >= 30 ? yellow("●") : quiet("●");
                String text =
                        alert.kind() + (alert.column() == null ? "" : " · " + alert.column()) + ": " + alert.what();
                lines.add(mark + " " + (text.length() > width - 2 ? text.substring(0, width - 3) + "…" : text));
            }
            if (!profile.alerts().isEmpty()) {
                lines.add("");
            }
        }

        private static String first(List<String> all, int most) {
            if (all.isEmpty()) {
                return "none";
            }
            String some = String.join(", ", all.subList(0, Math.min(most, all.size())));
            return all.size() > most ? some + ", …" : some;
        }

        private static String bar(double part) {
            int filled = (int) Math.round(part * BAR);
            if (part < 1 && filled == BAR) {
                filled--;
            }
            return "█".repeat(filled) + "·".repeat(BAR - filled);
        }

        private static String pad(String text, int length) {
            String cut = text.length() > length ? text.substring(0, length - 1) + "…" : text;
            return cut + " ".repeat(length - cut.length());
        }

        private static String padLeft(String text, int length) {
            return " ".repeat(Math.max(0, length - text.length())) + text;
        }

        private String bold(String text) {
            return coloured("1", text);
        }

        private String quiet(String text) {
            return coloured("2", text);
        }

        private String red(String text) {
            return coloured("31", text);
        }

        private String yellow(String text) {
            return coloured("33", text);
        }

        private String accent(String text) {
            return coloured("36", text);
        }

        private String coloured(String code, String text) {
            return isColoured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
        }
    }
}
