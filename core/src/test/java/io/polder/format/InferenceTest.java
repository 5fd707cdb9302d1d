package io.polder.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.Columns;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InferenceTest {
    @Test
    void aJsonArrayGivesItsMembersWithTheirTypes() throws Exception {
        Inference inference = infer("""
                [{"stationId": "BETR801", "time": 1556056800000, "no2": 18.5, "count": 3, "big": 99999999999, "ok": true,
                  "position": {"type": "Point", "coordinates": [4.3, 51]}, "PM2.5": null, "tags": ["a", "b"], "day": "2017-04-27",
                  "zip": "0830", "seen": "2017-04-27T14:38:00+01:00"},
                 {"stationId": "BETR802", "time": 1556056800000, "no2": 19, "count": "NA",
                  "position": {"type": "Point", "coordinates": [4.4, 51.1]}, "late": 1}]
                """);

        assertThat(inference.format()).isEqualTo("json");
        assertThat(inference.options()).isEmpty();
        assertThat(fields(inference))
                .containsExactly(
                        "station_id stationId VARCHAR",
                        "time time TIMESTAMP",
                        "no2 no2 DOUBLE",
                        "count count INTEGER",
                        "big big BIGINT",
                        "ok ok BOOLEAN",
                        "position_type position.type VARCHAR",
                        "position_coordinates_0 position.coordinates[0] DOUBLE",
                        "position_coordinates_1 position.coordinates[1] DOUBLE",
                        "pm2_5 [\"PM2.5\"] VARCHAR",
                        "tags tags VARCHAR",
                        "day day DATE",
                        "zip zip VARCHAR",
                        "seen seen TIMESTAMP",
                        "late late INTEGER");
        assertThat(inference.nulls()).containsExactly("NA");
        assertThat(inference.key()).containsExactly("station_id");
        assertThat(inference.time()).contains("time");
        assertThat(inference.samples())
                .containsEntry("station_id", "BETR801")
                .containsEntry("position_coordinates_0", "4.3")
                .doesNotContainKey("pm2_5");
        assertThat(inference.events()).isEqualTo(2);
        assertThat(inference.toFormat().schema().fields()).isEqualTo(inference.fields());
    }

    @Test
    void theBeginningOfLinesIsEnough() throws Exception {
        Inference inference = infer("\uFEFF{\"id\":1,\"v\":1.5}\n{\"id\":2,\"v\":2}\n{\"id\":3,\"v\":\"cut of", false);

        assertThat(fields(inference)).containsExactly("id id INTEGER", "v v DOUBLE");
        assertThat(inference.events()).isEqualTo(2);
        assertThat(inference.key()).containsExactly("id");
        assertThat(inference.time()).isEmpty();
        assertThat(infer("[{\"id\":1,\"v\":1.5},{\"id\":2,", false).events()).isEqualTo(1);
    }

    @Test
    void whatWasLearnedReadsTheDocument() throws Exception {
        for (String document : List.of(
                "[{\"id\":1,\"a\":{\"b\":1.5}},{\"id\":2,\"a\":null},{\"id\":3,\"a\":{\"b\":\"NA\",\"c\":\"x\"}}]",
                "id;value;when\n1;1,5;2017-04-27 14:38:00\n2;;2017-04-27 14:39:00\n3;NULL;2017-04-27 14:40:00\n",
                "1\t\"a\tb\"\t2\n2\t\"c\"\t3\n",
                "<r><m id='1'><v>1,5</v></m><m id='2'><v/></m></r>")) {
            Inference inference = infer(document);
            Format format = inference.toFormat();
            Collected split = Collected.whole(format, inference.key(), document);

            assertThat(split.rejections).as(document).isEmpty();
            assertThat(split.events).as(document).hasSize(inference.events());
            for (Collected.Event event : split.events) {
                assertThat(Collected.decoded(format, event.value(), event.context()))
                        .as(event.value())
                        .doesNotContainKey("rejected");
            }
        }
    }

    @Test
    void csvGivesItsDelimiterHeaderAndDecimalSign() throws Exception {
        Inference inference = infer(
                "\"Station code\";When;Temp. (C);Remark\nA1;2017-04-27T14:38:00Z;12,5;\"dry; windy\"\nA2;2017-04-27T14:39:00Z;-3;\n");

        assertThat(inference.format()).isEqualTo("csv");
        assertThat(inference.options()).isEqualTo(Map.of("delimiter", ";", "decimal", ","));
        assertThat(fields(inference))
                .containsExactly(
                        "station_code Station code VARCHAR",
                        "when When TIMESTAMP",
                        "temp_c Temp. (C) DOUBLE",
                        "remark Remark VARCHAR");
        assertThat(inference.key()).containsExactly("station_code");
        assertThat(inference.time()).contains("when");
    }

    @Test
    void csvWithoutAHeaderSaysSo() throws Exception {
        Inference inference = infer("1,a,2.5\n2,b,3.5\n");

        assertThat(inference.options()).isEqualTo(Map.of("header", "false"));
        assertThat(fields(inference))
                .containsExactly("column_1 column_1 INTEGER", "column_2 column_2 VARCHAR", "column_3 column_3 DOUBLE");
    }

    @Test
    void whatTellsEventsOfOneTimeApartIsTheKeyAlthoughItIsNotCalledSo() throws Exception {
        assertThat(infer("when,sensor,v\n2017-04-27T14:38:00Z,A1,1.5\n2017-04-27T14:38:00Z,B2,2.5\n")
                        .key())
                .containsExactly("sensor");
        assertThat(infer("when,sensor,v\n2017-04-27T14:38:00Z,A1,1.5\n2017-04-27T14:39:00Z,A1,2.5\n")
                        .key())
                .isEmpty();
    }

    @Test
    void theBeginningOfCsvMayEndWithinACharacter() throws Exception {
        byte[] bytes = "id,name\n1,a\n2,caf\u00E9".getBytes(UTF_8);

        assertThat(Inference.of(bytes, 0, bytes.length - 1, false).events()).isEqualTo(1);
    }

    @Test
    void theMivFeedsAreRecognised() throws Exception {
        byte[] minute = MivTest.resource("verkeersdata-20170427T1439.xml.gz");
        Inference traffic = Inference.of(minute, 0, 64 * 1024, false);
        assertThat(traffic.format()).isEqualTo("miv-traffic");
        assertThat(traffic.key()).containsExactly("uid");
        assertThat(traffic.time()).contains("time");
        assertThat(traffic.toFormat().schema())
                .isEqualTo(Formats.preset("miv-traffic").orElseThrow().schema());

        byte[] configuration = MivTest.resource("mivconfig-20170427.xml.gz");
        Inference points = Inference.of(configuration, 0, configuration.length, true);
        assertThat(points.format()).isEqualTo("miv-points");
        assertThat(points.time()).contains("valid_from");
    }

    @Test
    void xmlGivesItsRepeatedElementAndWhatTellsRepeatedChildrenApart() throws Exception {
        String minute = new String(MivTest.resource("verkeersdata-20170427T1439.xml.gz"), UTF_8)
                .replace("<miv ", "<verkeer ")
                .replace("</miv>", "</verkeer>");
        Inference inference = infer(minute.substring(0, 200_000), false);

        assertThat(inference.format()).isEqualTo("xml");
        assertThat(inference.options()).isEqualTo(Map.of("record", "verkeer/meetpunt"));
        assertThat(fields(inference))
                .startsWith(
                        "beschrijvende_id @beschrijvende_id VARCHAR",
                        "unieke_id @unieke_id INTEGER",
                        "lve_nr lve_nr INTEGER",
                        "tijd_waarneming tijd_waarneming TIMESTAMP")
                .contains(
                        "meetdata_2_voertuigsnelheid_rekenkundig meetdata[@klasse_id=2]/voertuigsnelheid_rekenkundig INTEGER",
                        "rekendata_onrustigheid rekendata/onrustigheid INTEGER",
                        "tijd_publicatie /verkeer/tijd_publicatie TIMESTAMP")
                .hasSize(9 + 5 * 3 + 3 + 2);
        assertThat(inference.key()).containsExactly("unieke_id");
        assertThat(inference.time()).contains("tijd_waarneming");

        Format format = inference.toFormat();
        Collected split = Collected.whole(format, inference.key(), minute);
        assertThat(split.events).hasSize(4254);
        Columns columns = new Columns(format.schema(), 16);
        Decoder decoder = format.decoder();
        for (Collected.Event event : split.events) {
            byte[] value = event.value().getBytes(UTF_8);
            assertThat(decoder.decode(value, 0, value.length, event.context().getBytes(UTF_8), columns))
                    .isNull();
        }
        assertThat(columns.longs(columns.schema().indexOf("meetdata_2_verkeersintensiteit"))[1])
                .isEqualTo(8);
    }

    @Test
    void xmlInAnotherEncodingIsReadToo() throws Exception {
        String body = "<r><made>2017-02-17</made><m><n>caf\u00E9</n></m><m><n>b</n></m></r>";
        byte[] latin = ("<?xml version='1.0' encoding='ISO-8859-1'?>" + body).getBytes(ISO_8859_1);
        byte[] wide = body.getBytes(UTF_16);

        for (byte[] document : List.of(latin, wide)) {
            assertThat(fields(Inference.of(document, 0, document.length, true)))
                    .containsExactly("n n VARCHAR", "made /r/made DATE");
        }
    }

    @Test
    void wholeNumbersAreATimeOnlyWhenTheyAreCalledSo() throws Exception {
        assertThat(fields(infer("[{\"created_at\":1493300280,\"count\":1493300280,\"time\":12}]")))
                .containsExactly("created_at created_at TIMESTAMP", "count count INTEGER", "time time INTEGER");
    }

    @Test
    void fieldsThatWouldBeCalledAlikeGetNumbers() throws Exception {
        assertThat(fields(infer("[{\"a b\":1,\"a.b\":2,\"A_B\":3,\"\":4,\"1\":5}]")))
                .containsExactly(
                        "a_b a b INTEGER",
                        "a_b_2 [\"a.b\"] INTEGER",
                        "a_b_3 A_B INTEGER",
                        "field [\"\"] INTEGER",
                        "_1 1 INTEGER");
    }

    @Test
    void whatIsNoneOfTheFormatsIsASentence() {
        Map.of(
                        "",
                        "The document is empty: there is nothing to learn from it.",
                        "<html><p>502",
                        "The document is an HTML page: there is nothing to learn from it.",
                        "<!DOCTYPE html><html><br></html>",
                        "The document is an HTML page: there is nothing to learn from it.",
                        "[1, 2]",
                        "The JSON document has no object in it: there is nothing to learn from it.",
                        "{\"a\":?}",
                        "Malformed JSON at byte 6 (line 1, column 6): expected a value, found '?'.",
                        "<r><m></n></r>",
                        "Malformed XML at line 1, column 13: Unexpected end tag: expected </m>.",
                        "Not found",
                        "The document is none of JSON, XML and CSV: it is 'Not found'.")
                .forEach((document, sentence) -> assertThatThrownBy(() -> infer(document))
                        .as(document)
                        .isInstanceOf(MalformedDocumentException.class)
                        .hasMessage(sentence));
        byte[] binary = {'P', 'A', 'R', '1', (byte) 0xFF, 0};
        assertThatThrownBy(() -> Inference.of(binary, 0, binary.length, true))
                .hasMessage(
                        "The document is neither JSON nor XML, and its byte 5, 0xFF, is not UTF-8, so it is no CSV either.");
    }

    private static Inference infer(String document) throws MalformedDocumentException {
        return infer(document, true);
    }

    private static Inference infer(String document, boolean isWhole) throws MalformedDocumentException {
        byte[] bytes = document.getBytes(UTF_8);
        byte[] padded = new byte[bytes.length + 8];
        Arrays.fill(padded, (byte) '}');
        System.arraycopy(bytes, 0, padded, 4, bytes.length);
        return Inference.of(padded, 4, 4 + bytes.length, isWhole);
    }

    private static List<String> fields(Inference inference) {
        return inference.fields().stream()
                .map(field -> field.name() + " " + field.path() + " " + field.type())
                .collect(Collectors.toList());
    }
}
