package io.polder.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class FormatLawsTest {
    private static final List<Field> FIELDS = List.of(
            new Field("uid", "uid", Type.BIGINT),
            new Field("name", "name", Type.VARCHAR),
            new Field("speed", "speed", Type.DOUBLE),
            new Field("time", "time", Type.TIMESTAMP, Set.of("never")),
            new Field("on", "on", Type.BOOLEAN),
            new Field("day", "day", Type.DATE),
            new Field("count", "count", Type.INTEGER));
    private static final Format JSON = Formats.json(FIELDS, JsonOptions.DEFAULT);
    private static final Format CSV = Formats.csv(FIELDS, CsvOptions.DEFAULT);
    private static final Format TEXTS = Formats.csv(
            List.of(new Field("a", "a", Type.VARCHAR), new Field("b", "b", Type.VARCHAR)),
            new CsvOptions(';', '"', false, Set.of(), '.'));
    private static final Format XML = Formats.xml(
            List.of(
                    new Field("uid", "@uid", Type.BIGINT),
                    new Field("name", "name", Type.VARCHAR),
                    new Field("speed", "data[@class=2]/speed", Type.DOUBLE),
                    new Field("time", "/r/time", Type.TIMESTAMP)),
            new XmlOptions("r/m"));

    private static final String JSON_EVENT =
            "{\"uid\": 29, \"name\": \"caf\u00E9 \\u20ac\\n\", \"speed\": -1.5e2, \"x\": [true, null, {\"y\": {}}],"
                    + " \"time\": \"2017-04-27T14:38:00+01:00\", \"on\": false, \"day\": \"2017-04-27\", \"count\": 1}";
    private static final String CSV_EVENT =
            "29,\"caf\u00E9, \"\"x\"\"\",-1.5e2,2017-04-27T14:38:00.5+01:00,true,2017-04-27,1";
    private static final String XML_EVENT =
            "<a:m xmlns:a='u' uid='29'><!-- c --><name> caf\u00E9 &amp; <![CDATA[x]]></name><data class='2'><speed>1.5</speed>"
                    + "</data><?p i?><e/></a:m>";

    @Property
    void joiningObjectsAndSplittingThemIsIdentityWhereverPartsEnd(
            @ForAll @Size(max = 8) List<@From("objects") String> objects,
            @ForAll("blanks") String blank,
            @ForAll @Size(max = 4) List<@IntRange(max = 300) Integer> cuts)
            throws MalformedDocumentException {
        byte[] lines = (blank + String.join(blank + "\n", objects) + blank).getBytes(UTF_8);
        byte[] array = (blank + "[" + blank + String.join(blank + "," + blank, objects) + "]" + blank).getBytes(UTF_8);

        assertThat(Collected.inParts(JSON, List.of(), lines, cuts).values()).isEqualTo(objects);
        assertThat(Collected.inParts(JSON, List.of(), array, cuts).values()).isEqualTo(objects);
    }

    @Property
    void joiningCellsAndSplittingThemIsIdentityWhereverPartsEnd(
            @ForAll @Size(max = 8) List<@From("rows") List<String>> rows,
            @ForAll boolean isWindows,
            @ForAll @Size(max = 4) List<@IntRange(max = 100) Integer> cuts)
            throws MalformedDocumentException {
        String document = rows.stream()
                .map(row -> row.stream().map(FormatLawsTest::quoted).collect(Collectors.joining(";")))
                .collect(Collectors.joining(isWindows ? "\r\n" : "\n"));

        Collected split = Collected.inParts(TEXTS, List.of(), document.getBytes(UTF_8), cuts);

        assertThat(split.rejections).isEmpty();
        assertThat(split.values().stream()
                        .map(value -> List.copyOf(Collected.decoded(TEXTS, value).values().stream()
                                .map(String::valueOf)
                                .toList()))
                        .toList())
                .isEqualTo(rows);
    }

    private static String quoted(String cell) {
        return "\"" + cell.replace("\"", "\"\"") + "\"";
    }

    @Property
    void damagedDocumentsAreSplitTheSameWhereverPartsEnd(
            @ForAll("damaged") Damage damage, @ForAll @Size(max = 4) List<@IntRange(max = 400) Integer> cuts) {
        byte[] lines =
                damage.apply((JSON_EVENT + "\n" + JSON_EVENT + "\n{\n\"uid\": 3\n}\n" + JSON_EVENT).getBytes(UTF_8));
        byte[] csv = damage.apply((CSV_EVENT + "\r\n" + CSV_EVENT + "\n" + CSV_EVENT).getBytes(UTF_8));
        Format withoutHeader = Formats.csv(FIELDS, new CsvOptions(',', '"', false, Set.of(), '.'));

        for (Map.Entry<Format, byte[]> each :
                List.of(Map.entry(JSON, lines), Map.entry(withoutHeader, csv), Map.entry(CSV, csv))) {
            assertThat(fate(each.getKey(), each.getValue(), cuts))
                    .isEqualTo(fate(each.getKey(), each.getValue(), List.of()));
        }
    }

    /** What becomes of a document: its events and rejections, or the sentence why it is malformed as a whole. */
    private static Object fate(Format format, byte[] document, List<Integer> cuts) {
        try {
            return Collected.inParts(format, List.of("uid"), document, cuts).all;
        } catch (MalformedDocumentException malformed) {
            return String.valueOf(malformed.getMessage());
        }
    }

    @Property
    void everyByteOfLinesIsInAnEventOrARejectionOrBlank(@ForAll("damaged") Damage damage) throws Exception {
        byte[] document =
                damage.apply(("{}" + JSON_EVENT + "\n" + JSON_EVENT + "\n{\n\"uid\": 3\n}\n").getBytes(UTF_8));
        if (document[0] != '{') {
            return;
        }
        int[] accounted = {0};
        JSON.splitter(List.of()).split(document, 0, document.length, true, new Splitter.Sink() {
            @Override
            public void event(Slice value, Slice key, byte[] context) {
                account(value);
            }

            @Override
            public void rejected(Slice value, byte[] context, long position, String reason) {
                account(value);
            }

            private void account(Slice value) {
                for (int at = accounted[0]; at < value.from(); at++) {
                    assertThat(document[at]).as("byte %s", at).isIn((byte) ' ', (byte) '\n', (byte) '\r', (byte) '\t');
                }
                assertThat(value.from()).isGreaterThanOrEqualTo(accounted[0]);
                accounted[0] = value.from() + value.length();
            }
        });
    }

    @Property
    void decodingNeverThrows(@ForAll("damaged") Damage damage) {
        byte[] none = {};
        byte[] context = damage.apply("/r/time=2017-04-27T14:38:00+01:00\nxmlns:a=u".getBytes(UTF_8));
        byte[] header = damage.apply("name,uid,speed,time,on,day,count".getBytes(UTF_8));

        decode(JSON, damage.apply(JSON_EVENT.getBytes(UTF_8)), none);
        decode(CSV, damage.apply(CSV_EVENT.getBytes(UTF_8)), none);
        decode(CSV, CSV_EVENT.getBytes(UTF_8), header);
        decode(XML, damage.apply(XML_EVENT.getBytes(UTF_8)), none);
        decode(XML, XML_EVENT.getBytes(UTF_8), context);
    }

    @Property
    void decodingArbitraryBytesNeverThrows(@ForAll byte[] bytes, @ForAll byte[] context) {
        for (Format format : List.of(JSON, CSV, XML)) {
            decode(format, bytes, new byte[0]);
            decode(format, bytes, context);
        }
    }

    @Property
    void splittingXmlThrowsNothingButMalformed(@ForAll("damaged") Damage damage) {
        byte[] document = damage.apply(
                ("<?xml version='1.0' encoding='UTF-8'?><r xmlns:b='v'><time>1</time>" + XML_EVENT + XML_EVENT + "</r>")
                        .getBytes(UTF_8));

        Object fate = fate(XML, document, List.of());

        assertThat(fate).isInstanceOfAny(List.class, String.class);
        if (fate instanceof String sentence) {
            assertThat(sentence).endsWith(".");
        }
    }

    /** Whatever was decoded before, an event's row or reason is the same. */
    private static void decode(Format format, byte[] value, byte[] context) {
        Columns columns = new Columns(format.schema(), 16);
        Decoder decoder = format.decoder();
        String reason = decoder.decode(value, 0, value.length, context, columns);
        assertThat(columns.rows()).isEqualTo(reason == null ? 1 : 0);
        if (reason != null) {
            assertThat(reason).endsWith(".");
        }
        assertThat(decoder.decode(value, 0, value.length, context, columns)).isEqualTo(reason);
        assertThat(columns.rows()).isEqualTo(reason == null ? 2 : 0);
    }

    @Property
    void aWholeNumberHasOneKeyHoweverItIsWritten(@ForAll long number, @ForAll @IntRange(max = 5) int zeros)
            throws MalformedDocumentException {
        String padded = (number < 0 ? "-" : "")
                + "0".repeat(zeros)
                + String.valueOf(number).replace("-", "");
        List<String> documents = List.of(
                "[{\"uid\":" + number + "}]",
                "{\"uid\":\"" + padded + "\"}",
                "{\"uid\":" + number + ".0}",
                "{\"uid\":" + number + "e0}");
        for (String document : documents) {
            assertThat(Collected.whole(JSON, List.of("uid"), document).keys()).containsExactly(String.valueOf(number));
        }
        assertThat(Collected.whole(CSV, List.of("uid"), "name,uid\nx, " + padded + " ")
                        .keys())
                .containsExactly(String.valueOf(number));
        assertThat(Collected.whole(XML, List.of("uid"), "<r><m uid=' " + padded + "\n'/></r>")
                        .keys())
                .containsExactly(String.valueOf(number));
    }

    @Provide
    Arbitrary<String> blanks() {
        return Arbitraries.strings().withChars(" \t\r\n").ofMaxLength(3);
    }

    @Provide
    Arbitrary<String> objects() {
        return members(2).map(members -> "{" + members + "}");
    }

    private Arbitrary<String> members(int depth) {
        return Combinators.combine(texts(), values(depth))
                .as((name, value) -> name + " :" + value)
                .list()
                .ofMaxSize(3)
                .map(members -> String.join(" ,\r\n", members));
    }

    private Arbitrary<String> values(int depth) {
        Arbitrary<String> scalars = Arbitraries.oneOf(
                texts(),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.doubles().map(number -> String.valueOf(number)),
                Arbitraries.of("true", "false", "null", "[]", "{}", "-0", "1e5", "1E-5"));
        if (depth == 0) {
            return scalars;
        }
        return Arbitraries.oneOf(
                scalars,
                values(depth - 1).list().ofMaxSize(3).map(values -> "[" + String.join(", ", values) + "]"),
                members(depth - 1).map(members -> "{ " + members + "}"));
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars("ab{}[],:\\\"\n\u0000\u00E9\u20AC")
                .withChars(' ', '~')
                .ofMaxLength(12)
                .map(text -> text + (text.length() == 7 ? "\uD83D\uDE97" : ""))
                .map(FormatLawsTest::jsonText);
    }

    private static String jsonText(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            switch (unit) {
                case '"', '\\' -> json.append('\\').append(unit);
                case '\n' -> json.append("\\n");
                case 0 -> json.append("\\u0000");
                default -> json.append(unit);
            }
        }
        return json.append('"').toString();
    }

    @Provide
    Arbitrary<List<String>> rows() {
        return Arbitraries.strings()
                .withChars("a;\"\r\n\u00E9,")
                .ofMaxLength(6)
                .list()
                .ofSize(2);
    }

    /** A change of some bytes of a document. */
    record Damage(List<Edit> edits) {
        record Edit(double place, int kind, byte value) {}

        byte[] apply(byte[] document) {
            List<Byte> bytes = new ArrayList<>(IntStream.range(0, document.length)
                    .mapToObj(at -> document[at])
                    .toList());
            for (Edit edit : edits) {
                int at = (int) (edit.place() * bytes.size());
                switch (edit.kind()) {
                    case 0 -> bytes.add(at, edit.value());
                    case 1 -> bytes.set(Math.min(at, bytes.size() - 1), edit.value());
                    case 2 -> bytes.remove(Math.min(at, bytes.size() - 1));
                    case 3 ->
                        bytes.subList(at, Math.min(bytes.size(), at + (edit.value() & 0x3F)))
                                .clear();
                    default -> bytes.addAll(at, List.copyOf(bytes.subList(at / 2, at)));
                }
                if (bytes.isEmpty()) {
                    bytes.add((byte) ' ');
                }
            }
            byte[] damaged = new byte[bytes.size()];
            Arrays.setAll(new Byte[damaged.length], at -> damaged[at] = bytes.get(at));
            return damaged;
        }
    }

    @Provide
    Arbitrary<Damage> damaged() {
        Arbitrary<Byte> bytes = Arbitraries.oneOf(
                Arbitraries.bytes(),
                Arbitraries.of("{}[]\",:\\ \n\r<>&;/='-+.eE0123456789tfn!?"
                        .chars()
                        .mapToObj(unit -> (byte) unit)
                        .toList()));
        return Combinators.combine(
                        Arbitraries.integers().between(0, 999).map(place -> place / 1000.0),
                        Arbitraries.integers().between(0, 4),
                        bytes)
                .as(Damage.Edit::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(Damage::new);
    }
}
