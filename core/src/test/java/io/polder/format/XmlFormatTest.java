package io.polder.format;

import static io.polder.format.Collected.decoded;
import static io.polder.format.Collected.whole;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class XmlFormatTest {
    private static final Format READINGS = Formats.xml(
            List.of(
                    new Field("id", "@id", Type.INTEGER),
                    new Field("name", "name", Type.VARCHAR),
                    new Field("one", "data[@class=1]/speed", Type.DOUBLE),
                    new Field("two", "data[@class='2']/speed", Type.DOUBLE),
                    new Field("any", "data/speed", Type.DOUBLE),
                    new Field("unit", "data/speed/@unit", Type.VARCHAR),
                    new Field("made", "/r/made", Type.TIMESTAMP),
                    new Field("version", "/r/@version", Type.VARCHAR)),
            new XmlOptions("r/list/m", Set.of("-"), ','));

    @Test
    void recordsAreEventsByteForByteAlsoInsideALargerArray() throws Exception {
        String document = "<?xml version='1.0'?><!-- c --><r><list><m id='1' >\n<name>a&gt;</name ></m ><m\nid=\"2\"/>"
                + "<m id='3'><name>caf\u00E9 \uD83D\uDE97</name></m></list><m id='9'/></r>";

        Collected split = Collected.inParts(READINGS, List.of("id"), document.getBytes(UTF_8), List.of());

        assertThat(split.values())
                .containsExactly(
                        "<m id='1' >\n<name>a&gt;</name ></m >",
                        "<m\nid=\"2\"/>",
                        "<m id='3'><name>caf\u00E9 \uD83D\uDE97</name></m>");
        assertThat(split.keys()).containsExactly("1", "2", "3");
    }

    @Test
    void nothingIsConsumedBeforeTheLastPart() throws Exception {
        byte[] document = "<r><list><m id='1'/></list></r>".getBytes(UTF_8);
        for (int cut = 0; cut <= document.length; cut++) {
            assertThat(Collected.inParts(READINGS, List.of("id"), document, List.of(cut))
                            .keys())
                    .containsExactly("1");
        }
    }

    @Test
    void aWellFormedDocumentMayHaveNoRecord() throws Exception {
        assertThat(whole(READINGS, List.of(), "<r/>").all).isEmpty();
        assertThat(whole(READINGS, List.of(), "<r><m id='1'/><x><list><m/></list></x></r>").all)
                .isEmpty();
    }

    @Test
    void whatIsNotTheExpectedDocumentIsMalformedWithASentence() {
        Map.ofEntries(
                        Map.entry("", "The document is empty, where XML is expected."),
                        Map.entry(" \n", "The document is empty, where XML is expected."),
                        Map.entry("{\"a\":1}", "The document is not XML: it begins with '{\"a\":1}'."),
                        Map.entry(
                                "<!doctype HTML><html><head><meta charset=utf-8></head></html>",
                                "The document is an HTML page, not XML with the root <r>: the address may be wrong, or its"
                                        + " server may be showing an error page."),
                        Map.entry(
                                "<html><body>502</body></html>",
                                "The document is an HTML page, not XML with the root <r>: the address may be wrong, or its"
                                        + " server may be showing an error page."),
                        Map.entry(
                                "<miv/>",
                                "The root of the XML document is <miv>, not <r>: it is another kind of document."),
                        Map.entry(
                                "<r><list><m id='1'>",
                                "Malformed XML at line 1, column 20: it ends in the middle, as if it had been cut off."),
                        Map.entry(
                                "<r>\n<list></lost></r>",
                                "Malformed XML at line 2, column 13: Unexpected end tag: expected </list>."),
                        Map.entry(
                                "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><r>&e;</r>",
                                "Malformed XML at line 1, column 61: the entity &e; is not defined; document type"
                                        + " definitions are not read."))
                .forEach((document, sentence) -> assertThatThrownBy(() -> whole(READINGS, List.of(), document))
                        .as(document)
                        .isInstanceOf(MalformedDocumentException.class)
                        .hasMessage(sentence));
        assertThatThrownBy(() -> whole(READINGS, List.of(), "<r><a>".repeat(1) + "<a>".repeat(1000)))
                .hasMessage("The XML document is nested deeper than 200 elements.");
    }

    @Test
    void aDocumentInAnotherEncodingBecomesUtf8() throws Exception {
        String body = "<r><list><m id='1'><name>caf\u00E9</name></m></list></r>";
        List<byte[]> documents = List.of(
                ("<?xml version='1.0' encoding='ISO-8859-1'?>" + body).getBytes(ISO_8859_1),
                ("<?xml version='1.0' encoding='UTF-16'?>" + body).getBytes(UTF_16),
                body.getBytes(UTF_16LE),
                ("\uFEFF<?xml version='1.0' encoding='UTF-8'?>" + body).getBytes(UTF_8),
                ("\uFEFF<?xml version='1.0' encoding='ISO-8859-1'?>" + body).getBytes(UTF_8),
                body.getBytes(UTF_8));
        for (byte[] document : documents) {
            Collected split = whole(READINGS, List.of("id"), document);
            assertThat(split.values()).containsExactly("<m id='1'><name>caf\u00E9</name></m>");
        }
    }

    @Test
    void aWrongEncodingIsMalformed() {
        byte[] latin = "<r><list><m><name>caf\u00E9</name></m></list></r>".getBytes(ISO_8859_1);
        assertThatThrownBy(() -> whole(READINGS, List.of(), latin))
                .hasMessage("The XML document says or implies that it is UTF-8, but its byte 22, 0xE9, is not.");
        assertThatThrownBy(() -> whole(READINGS, List.of(), "<?xml version='1.0' encoding='klingon'?><r/>"))
                .hasMessage("The XML document declares the encoding 'klingon', which is not known here.");
        assertThatThrownBy(() -> whole(
                        READINGS,
                        List.of(),
                        Arrays.copyOf("<?xml version='1.0' encoding='UTF-16'?><r/>".getBytes(UTF_16), 41)))
                .hasMessage("The XML document says that it is UTF-16, but its bytes are not.");
        assertThatThrownBy(() -> whole(READINGS, List.of(), "<?xml version='1.0'><r/>"))
                .hasMessage("The XML declaration at the document's beginning is not closed.");
    }

    @Test
    void pathsReachAttributesConditionsAndTheRestOfTheDocument() throws Exception {
        String document =
                "<r version='7'><list><m id='1'><name> A <![CDATA[& B]]>\n</name><data class='2'><speed unit='km/h'>1,5</speed>"
                        + "</data><data class='1'><speed>2</speed></data></m></list><made>\n2017-02-17T14:42:06+01:00 </made></r>";
        Collected.Event event = whole(READINGS, List.of("id"), document).events.get(0);

        assertThat(event.context()).isEqualTo("/r/made=2017-02-17T14:42:06+01:00\n/r/@version=7");
        assertThat(decoded(READINGS, event.value(), event.context()))
                .containsEntry("id", 1L)
                .containsEntry("name", "A & B")
                .containsEntry("one", 2.0)
                .containsEntry("two", 1.5)
                .containsEntry("any", 2.0)
                .containsEntry("unit", "km/h")
                .containsEntry("made", 1_487_338_926_000_000L)
                .containsEntry("version", "7");
        assertThat(decoded(READINGS, event.value())).containsEntry("made", null).containsEntry("version", null);
    }

    @Test
    void oneDecoderTakesEventsOfSeveralContexts() {
        Decoder decoder = READINGS.decoder();
        io.polder.record.Columns columns = new io.polder.record.Columns(READINGS.schema(), 16);
        byte[] value = "<m id='1'/>".getBytes(UTF_8);
        for (String context : List.of("/r/@version=1", "", "/r/@version=a\\\\b\\nc", "nonsense", "/r/@version=1")) {
            assertThat(decoder.decode(value, 0, value.length, context.getBytes(UTF_8), columns))
                    .isNull();
        }

        assertThat(List.of(0, 1, 2, 3, 4).stream()
                        .map(row -> String.valueOf(Collected.row(columns, row).get("version"))))
                .containsExactly("1", "null", "a\\b\nc", "null", "1");
    }

    @Test
    void emptyElementsMissingElementsAndNullWordsAreNull() {
        for (String value : List.of(
                "<m id='1'/>",
                "<m id='1'><name/><data class='1'><speed> </speed></data></m>",
                "<m id='1'><name> - </name><data class='1'><speed>-</speed></data></m>")) {
            assertThat(decoded(READINGS, value))
                    .containsEntry("id", 1L)
                    .containsEntry("name", null)
                    .containsEntry("one", null);
        }
    }

    @Test
    void namespacesAreNotLookedAtButPrefixesStayKnown() throws Exception {
        Format format = Formats.xml(
                List.of(new Field("id", "x:id", Type.INTEGER), new Field("kind", "@kind", Type.VARCHAR)),
                new XmlOptions("/x:r/x:m"));
        String document = "<a:r xmlns:a='urn:a' xmlns:b='urn:b&amp;\"' xmlns='urn:d' xmlns:unused='u'>"
                + "<a:m b:kind='k'><a:id>1</a:id></a:m></a:r>";

        Collected split = whole(format, List.of("id"), document);

        assertThat(split.events.get(0).context()).isEqualTo("xmlns:a=urn:a\nxmlns:b=urn:b&\"");
        assertThat(split.keys()).containsExactly("1");
        assertThat(decoded(format, split.values().get(0), split.events.get(0).context()))
                .containsEntry("id", 1L)
                .containsEntry("kind", "k");
        assertThat((String) decoded(format, split.values().get(0)).get("rejected"))
                .startsWith("Malformed XML at line 1, column")
                .contains("Unbound namespace prefix 'a'");
    }

    @Test
    void recordsWithoutAUsableKeyAreRejectedAndTheOthersStay() throws Exception {
        Collected split = whole(
                READINGS,
                List.of("id", "name"),
                "<r><list><m/><m id='x'><name>n</name></m><m id='029'><name> n </name></m></list></r>");

        assertThat(split.keys()).containsExactly("29\u001Fn");
        assertThat(split.rejections)
                .containsExactly(
                        new Collected.Rejection("<m/>", 1, "Key field 'id' has no value."),
                        new Collected.Rejection(
                                "<m id='x'><name>n</name></m>", 2, "Field 'id' = 'x': not an INTEGER."));
    }

    @Test
    void fragmentsThatAreNotOneRecordAreRejectedWithASentence() {
        Map.of(
                        "<x/>",
                        "Not a <m> element but <x>.",
                        "<m/><m/>",
                        "Malformed XML at line 1, column 7: Second root element in content",
                        "<m>",
                        "Malformed XML at line 1, column 4: it ends in the middle, as if it had been cut off.",
                        "",
                        "Not a <m> element in UTF-8.",
                        "<?xml version='1.0'?><m/>",
                        "Not a <m> element in UTF-8.",
                        "<m id='x'/>",
                        "Field 'id' = 'x': not an INTEGER.",
                        "<m>&e;</m>",
                        "Malformed XML at line 1, column 7: the entity &e; is not defined")
                .forEach((value, reason) -> assertThat(
                                (String) decoded(READINGS, value).get("rejected"))
                        .as(value)
                        .startsWith(reason));
    }

    @Test
    void wrongPathsAreProblemsOfTheDefinitionAllAtOnce() {
        assertThatThrownBy(() -> Formats.xml(
                        List.of(
                                new Field("a", "a//b", Type.INTEGER),
                                new Field("b", "@x/y", Type.INTEGER),
                                new Field("c", "a[1]", Type.INTEGER),
                                new Field("d", "/r/m/x", Type.INTEGER),
                                new Field("e", "a[@x=1", Type.INTEGER)),
                        new XmlOptions("r/@m", Set.of(), ';')))
                .isInstanceOfSatisfying(PolderException.class, exception -> assertThat(exception.problems())
                        .extracting(problem -> problem.place() + ": " + problem.wrong())
                        .containsExactly(
                                "format.record: not a path of elements",
                                "fields.a.path: a name is missing",
                                "fields.b.path: something follows an attribute",
                                "fields.c.path: between brackets stands no attribute with its value",
                                "fields.e.path: a bracket is not closed",
                                "format.decimal: neither a point nor a comma"));
        assertThatThrownBy(() -> Formats.xml(List.of(new Field("d", "/r/m/x", Type.INTEGER)), new XmlOptions("r/m")))
                .hasMessageContaining("it is absolute, but leads into the record");
        assertThatThrownBy(() -> READINGS.splitter(List.of("made")))
                .hasMessageContaining("key = 'made': stands outside of the record");
    }
}
