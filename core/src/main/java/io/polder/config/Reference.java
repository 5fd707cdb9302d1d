package io.polder.config;

import java.util.Map;
import java.util.TreeMap;

/** The reference page of all keys, {@code docs/configuration.md}, made from their declarations. */
final class Reference {
    private static final String INTRODUCTION = """
            # Configuration

            A mart is a folder with one `polder.yaml`: feeds, tables, views and maps, and, where they are long, `.sql` files
            beside it. What belongs to the machine and not to the mart is in `HOME/platform.yaml`. Unknown keys are errors,
            and all problems are told at once, each with its place, its value and what to do. `./polder check DIR` does only
            that.

            This page is made from the program's own declarations: a test compares the two.

            ## An example

            ```yaml
            mart: flanders
            timezone: Europe/Brussels
            feeds:
              traffic:
                poll: "http://miv.opendata.belfla.be/miv/verkeersdata"
                every: 60s
                format: miv-traffic
                key: [uid]
              history: { files: "history/*.csv.gz", format: csv, topic: traffic }
              points: { poll: "http://miv.opendata.belfla.be/miv/configuratie/xml", every: 24h, format: miv-points, key: [uid] }
            tables:
              measure_points: { from: points, key: [uid, valid_from], time: valid_from }
              traffic:
                from: traffic
                key: [uid, time]
                time: time
                retain: 400d
                select: |
                  SELECT e.uid, e.time, e.valid, e.measure_class_2_speed, p.name, p.lat, p.lon
                  FROM event e ASOF LEFT JOIN measure_points p ON p.uid = e.uid AND p.valid_from <= e.time
                rules:
                  - { column: measure_class_2_speed, check: "measure_class_2_speed <= 250", on_violation: nullify }
                publish: traffic_enriched
            views:
              kudu_verkeer_stream: "SELECT * FROM traffic"
            maps:
              live: { table: traffic, position: [lat, lon], colour: measure_class_2_speed, label: name, unit: km/h }
            ```

            ## How values are written

            | kind | is written |
            |---|---|
            | duration | a whole number and a unit: `500ms`, `60s`, `10m`, `24h`, `400d` |
            | size | a whole number and a unit: `64MB`, `1GiB`; kB, MB, GB and TB are powers of 1,000, KiB, MiB, GiB and TiB of 1,024 |
            | name | lower-case letters, digits and `_`, not beginning with a digit, no reserved word of SQL, and not `event`, `polder`, `provenance` or `polder_…`, which are Polder's own |
            | names | a name, or a list of them: `uid`, `[uid, time]` |
            | texts | a text, or a list of them: `"-"`, `["NULL", "-"]` |
            | topic | letters, digits, `.`, `_` and `-`; `polder.…` and `….rejected` are Polder's own |

            ## Settings of the command line

            `--set key=value` takes the place of what either file says, as often as it is given:
            `--set web.port=0 --set feeds.traffic.poll=http://127.0.0.1:9999/verkeersdata`. A key is written as it stands in
            this page with its names put in; items of lists count from one: `tables.traffic.rules[1].check`. A value that
            begins with `[` or `{` is a list or a mapping, everything else is a text as it stands, and an empty value takes
            the key away, so that its default holds. A feed, table, view or map whose keys are set must be there.
            """;

    private Reference() {}

    /** The page, in Markdown, ending in a line end. */
    static String markdown() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        page.append("\n## `polder.yaml`\n");
        MartKeys.SECTIONS.forEach(section -> section(page, section));
        page.append("\n## `platform.yaml`\n");
        section(page, PlatformReader.SECTION);
        return page.toString();
    }

    private static void section(StringBuilder page, Section section) {
        page.append("\n### ").append(section.title()).append("\n\n");
        if (!section.path().isEmpty()) {
            page.append("Under `").append(section.path()).append("`. ");
        }
        page.append(section.introduction()).append("\n\n");
        page.append("| key | type | default | meaning | example |\n|---|---|---|---|---|\n");
        for (Key<?> key : section.keys()) {
            page.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(cell(key.kind().word()))
                    .append(" | ")
                    .append(fallback(key))
                    .append(" | ")
                    .append(cell(key.documentation()))
                    .append(" | `")
                    .append(cell(key.example()))
                    .append("` |\n");
        }
        if (!section.later().isEmpty()) {
            Map<String, String> later = new TreeMap<>(section.later());
            page.append("\nKnown, and not in this version: `")
                    .append(String.join("`, `", later.keySet()))
                    .append("`.\n");
        }
    }

    private static String fallback(Key<?> key) {
        if (key.isRequired()) {
            return "required";
        }
        return key.fallback() == null ? "" : "`" + cell(key.fallback()) + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
