package io.polder.format;

import static io.polder.format.Collected.decoded;
import static io.polder.format.Collected.inParts;
import static io.polder.format.Collected.whole;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JsonFormatTest {
    private static final Format EVENTS = Formats.json(
            List.of(
                    new Field("uid", "uid", Type.BIGINT),
                    new Field("name", "name", Type.VARCHAR),
                    new Field("speed", "speed", Type.DOUBLE)),
            JsonOptions.DEFAULT);

    @Test
    void anArrayGivesItsElementsByteForByte() throws Exception {
        Collected split = whole(EVENTS, List.of("uid"), "\n[ {\"uid\": 1} ,{\"uid\":2,\"x\":[1,{\"y\":null}]}\n]\n");

        assertThat(split.values()).containsExactly("{\"uid\": 1}", "{\"uid\":2,\"x\":[1,{\"y\":null}]}");
        assertThat(split.keys()).containsExactly("1", "2");
        assertThat(split.events).allSatisfy(event -> assertThat(event.context()).isEmpty());
    }

    @Test
    void anEmptyArrayAndABlankDocumentHaveNoEvents() throws Exception {
        assertThat(whole(EVENTS, List.of(), "[ ]").all).isEmpty();
        assertThat(whole(EVENTS, List.of(), " \n").all).isEmpty();
        assertThat(whole(EVENTS, List.of(), "").all).isEmpty();
    }

    @Test
    void aSingleObjectOverSeveralLinesIsOneEvent() throws Exception {
        String object = "{\n  \"uid\": 1,\n  \"name\": \"a\"\n}";

        assertThat(whole(EVENTS, List.of("uid"), object + "\n").values()).containsExactly(object);
    }

    @Test
    void objectsOnLinesAndObjectsSideBySideAreEvents() throws Exception {
        assertThat(whole(EVENTS, List.of("uid"), "{\"uid\":1}\r\n\n{\"uid\":2}{\"uid\":3}")
                        .values())
                .containsExactly("{\"uid\":1}", "{\"uid\":2}", "{\"uid\":3}");
    }

    @Test
    void aByteOrderMarkIsLeftOut() throws Exception {
        assertThat(whole(EVENTS, List.of(), "\uFEFF[{}]").values()).containsExactly("{}");
        assertThat(whole(EVENTS, List.of(), "\uFEFF{}").values()).containsExactly("{}");
    }

    @Test
    void aMalformedArrayIsMalformedAsAWholeAndSaysWhere() {
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{\"uid\":1},\n {\"uid\":2]]"))
                .isInstanceOf(MalformedDocumentException.class)
                .hasMessage("Malformed JSON at byte 22 (line 2, column 10): expected ',' or '}', found ']'.");
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{\"uid\":1},"))
                .hasMessage("Malformed JSON at byte 12 (line 1, column 12): it ends in the middle of a value.");
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{}] x"))
                .hasMessage("Malformed JSON at byte 6 (line 1, column 6): something follows the array, found 'x'.");
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{} {}]"))
                .hasMessageContaining("expected ',' or ']' after an element of the array, found '{'");
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{},]")).hasMessageContaining("expected a value, found ']'");
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[")).isInstanceOf(MalformedDocumentException.class);
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{}")).isInstanceOf(MalformedDocumentException.class);
    }

    @Test
    void whatJsonForbidsIsMalformed() {
        List<String> malformed = List.of(
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":1e}",
                "{\"a\":-}",
                "{\"a\":NaN}",
                "{\"a\":tru}",
                "{\"a\":nul}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\" 1}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":1,}",
                "{,}",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":}",
                "{\"a\":\"unfinished}",
                "{\"a\":1");
        for (String text : malformed) {
            assertThatThrownBy(() -> whole(EVENTS, List.of(), "[" + text + "]"))
                    .as(text)
                    .isInstanceOf(MalformedDocumentException.class);
            assertThat(decoded(EVENTS, text)).as(text).containsKey("rejected");
        }
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        byte[] latin = "[{\"name\":\"caf\u00E9\"}]".getBytes(ISO_8859_1);
        assertThatThrownBy(() -> whole(EVENTS, List.of(), latin))
                .hasMessage(
                        "Malformed JSON at byte 14 (line 1, column 14): a byte that is not UTF-8, found the byte 0xE9.");
        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[{}]".getBytes(UTF_16)))
                .hasMessage("The document is UTF-16, but JSON is read as UTF-8.");
    }

    @Test
    void valuesNestedTooDeepAreMalformed() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatThrownBy(() -> whole(EVENTS, List.of(), "[" + deep + "]")).hasMessageContaining("deeper than 200");
        assertThat((String) decoded(EVENTS, deep).get("rejected")).contains("deeper than 200");
    }

    @Test
    void aMalformedLineIsRejectedAndTheRestGoesOn() throws Exception {
        Collected split =
                whole(EVENTS, List.of("uid"), "{\"uid\":1}\n{\"uid\":2\n{\"uid\":3}\ngarbage here\n{\"uid\":4}\n17\n");

        assertThat(split.keys()).containsExactly("1", "3", "4");
        assertThat(split.rejections)
                .containsExactly(
                        new Collected.Rejection(
                                "{\"uid\":2", 2, "Malformed JSON at byte 9: expected ',' or '}', found '{'."),
                        new Collected.Rejection(
                                "garbage here", 4, "Malformed JSON at byte 1: expected a value, found 'g'."),
                        new Collected.Rejection("17", 6, "Not a JSON object but a number."));
    }

    @Test
    void aMalformedObjectOverSeveralLinesIsRejectedAsOne() throws Exception {
        Collected split = whole(EVENTS, List.of("uid"), "{\n \"uid\": 1,\n \"x\": ?\n}\n{\"uid\":2}");

        assertThat(split.rejections).hasSize(1);
        assertThat(split.rejections.get(0).value()).isEqualTo("{\n \"uid\": 1,\n \"x\": ?\n}");
        assertThat(split.keys()).containsExactly("2");
    }

    @Test
    void elementsThatAreNotObjectsAreRejected() throws Exception {
        Collected split = whole(EVENTS, List.of(), "[1,{\"uid\":1},null,\"a\",[{}],true]");

        assertThat(split.values()).containsExactly("{\"uid\":1}");
        assertThat(split.reasons())
                .containsExactly(
                        "Not a JSON object but a number.",
                        "Not a JSON object but null.",
                        "Not a JSON object but a text.",
                        "Not a JSON object but an array.",
                        "Not a JSON object but a truth value.");
        assertThat(split.rejections.get(1).position()).isEqualTo(3);
    }

    @Test
    void theSameKeyHasTheSameBytesHoweverItIsWritten() throws Exception {
        Collected split = whole(
                EVENTS,
                List.of("uid"),
                "[{\"uid\":29},{\"uid\":\"29\"},{\"uid\":\"029\"},{\"uid\":29.0},{\"uid\":\" 29 \"},{\"u\\u0069d\":2.9e1}]");

        assertThat(split.keys()).containsOnly("29").hasSize(6);
    }

    @Test
    void aKeyOfSeveralFieldsIsJoinedByTheSeparator() throws Exception {
        assertThat(whole(EVENTS, List.of("name", "uid"), "{\"uid\":7,\"name\":\"a\\nb\"}")
                        .keys())
                .containsExactly("a\nb\u001F7");
    }

    @Test
    void eventsWithoutAUsableKeyAreRejected() throws Exception {
        Collected split = whole(
                EVENTS,
                List.of("uid", "name"),
                "[{},{\"uid\":null},{\"uid\":\"x\",\"name\":\"a\"},{\"uid\":{},\"name\":\"a\"},{\"uid\":1,\"name\":\"\"},"
                        + "{\"uid\":1,\"name\":\"a\\u001fb\"},{\"uid\":9223372036854775808,\"name\":\"a\"}]");

        assertThat(split.events).isEmpty();
        assertThat(split.reasons())
                .containsExactly(
                        "Key field 'uid' has no value.",
                        "Key field 'uid' has no value.",
                        "Field 'uid' = 'x': not a BIGINT.",
                        "Field 'uid' is an object, not a BIGINT.",
                        "Key field 'name' has no value.",
                        "Field 'name' = 'a b': contains the byte 0x1F, which separates the values of a key.",
                        "Field 'uid' = '9223372036854775808': out of the range of BIGINT "
                                + "(-9223372036854775808 to 9223372036854775807).");
    }

    @Test
    void aKeyCanStandBelowTheTopLevel() throws Exception {
        Format nested =
                Formats.json(List.of(new Field("station", "station.ids[1]", Type.VARCHAR)), JsonOptions.DEFAULT);

        assertThat(whole(nested, List.of("station"), "{\"station\":{\"ids\":[\"a\",\"b\"]},\"ids\":[1,2]}")
                        .keys())
                .containsExactly("b");
    }

    @Test
    void partsOfLinesAreConsumedAsTheyComplete() throws Exception {
        byte[] part = "{\"uid\":1}\n{\"uid\":2}\n{\"ui".getBytes(UTF_8);
        Collected collected = new Collected();

        int consumed = EVENTS.splitter(List.of("uid")).split(part, 0, part.length, false, collected);

        assertThat(collected.keys()).containsExactly("1", "2");
        assertThat(consumed).isEqualTo(part.length - "{\"ui".length());
    }

    @Test
    void anyPartBoundaryGivesTheSameEvents() throws Exception {
        List<String> documents = List.of(
                "\uFEFF{\"uid\":1,\"name\":\"caf\u00E9 \uD83D\uDE97\"}\n{\"uid\":2\n{\"uid\":3}\n\n 12 true\nnonsense\n{\n\"uid\": ?\n}\n{}\n{\"uid\":4}",
                "[{\"uid\":1},{\"uid\":2}, 3]",
                "12",
                "\uFEFF");
        for (String document : documents) {
            byte[] bytes = document.getBytes(UTF_8);
            Collected expected = whole(EVENTS, List.of("uid"), bytes);
            List<Integer> everywhere = new ArrayList<>();
            for (int cut = 0; cut <= bytes.length; cut++) {
                everywhere.add(cut);
                assertThat(inParts(EVENTS, List.of("uid"), bytes, List.of(cut)).all)
                        .as("cut at %s", cut)
                        .isEqualTo(expected.all);
            }
            assertThat(inParts(EVENTS, List.of("uid"), bytes, everywhere).all).isEqualTo(expected.all);
        }
    }

    @Test
    void everyTypeIsReadFromNumbersAndTexts() {
        Format format = Formats.json(
                List.of(
                        new Field("b", "b", Type.BOOLEAN),
                        new Field("i", "i", Type.INTEGER),
                        new Field("l", "l", Type.BIGINT),
                        new Field("d", "d", Type.DOUBLE),
                        new Field("s", "s", Type.VARCHAR),
                        new Field("t", "t", Type.TIMESTAMP),
                        new Field("day", "day", Type.DATE)),
                JsonOptions.DEFAULT);
        long micros = micros("2017-04-27T13:38:00Z");
        long day = LocalDate.of(2017, 4, 27).toEpochDay();

        assertThat(decoded(
                        format,
                        "{\"b\":true,\"i\":-12,\"l\":9223372036854775807,\"d\":1.5e-3,\"s\":\"\\u20ac \\ud83d\\ude97\\n\","
                                + "\"t\":\"2017-04-27T14:38:00+01:00\",\"day\":\"2017-04-27\"}"))
                .containsEntry("b", 1L)
                .containsEntry("i", -12L)
                .containsEntry("l", Long.MAX_VALUE)
                .containsEntry("d", 0.0015)
                .containsEntry("s", "\u20AC \uD83D\uDE97\n")
                .containsEntry("t", micros)
                .containsEntry("day", day);
        assertThat(decoded(
                        format,
                        " {\"b\":\"FALSE\",\"i\":\"12\",\"l\":1e3,\"d\":\"-0.1\",\"s\":{\"x\": [1]},\"t\":1493300280000,"
                                + "\"day\":\"2017-04-27T23:00:00Z\"} "))
                .containsEntry("b", 0L)
                .containsEntry("i", 12L)
                .containsEntry("l", 1000L)
                .containsEntry("d", -0.1)
                .containsEntry("s", "{\"x\": [1]}")
                .containsEntry("t", micros)
                .containsEntry("day", day);
        assertThat(decoded(format, "{\"b\":1,\"s\":12.50,\"t\":1493300280}"))
                .containsEntry("b", 1L)
                .containsEntry("s", "12.50")
                .containsEntry("t", micros)
                .containsEntry("i", null);
        assertThat(decoded(format, "{\"s\":true,\"t\":\"1493300280.25\"}"))
                .containsEntry("s", "true")
                .containsEntry("t", micros + 250_000);
    }

    @Test
    void missingNullAndBlankValuesAndNullWordsAreNull() {
        Format format = Formats.json(
                List.of(
                        new Field("speed", "speed", Type.INTEGER, Set.of("252", "none")),
                        new Field("name", "name", Type.VARCHAR)),
                new JsonOptions(Set.of("n/a")));

        for (String value :
                List.of("{}", "{\"speed\":null}", "{\"speed\":252}", "{\"speed\":\"none\"}", "{\"speed\":\" \"}")) {
            assertThat(decoded(format, value))
                    .as(value)
                    .containsEntry("speed", null)
                    .containsEntry("name", null);
        }
        assertThat(decoded(format, "{\"speed\":\"n/a\",\"name\":\" n/a \"}")).containsEntry("name", null);
        assertThat(decoded(format, "{\"name\":\"\"}")).containsEntry("name", "");
        assertThat(decoded(format, "{\"name\":\"252\"}")).containsEntry("name", "252");
    }

    @Test
    void whatCannotBeReadIsASentenceThatNamesFieldAndValue() {
        Format format = Formats.json(
                List.of(
                        new Field("i", "i", Type.INTEGER),
                        new Field("t", "t", Type.TIMESTAMP),
                        new Field("day", "day", Type.DATE),
                        new Field("b", "b", Type.BOOLEAN),
                        new Field("d", "d", Type.DOUBLE)),
                JsonOptions.DEFAULT);
        Map.ofEntries(
                        Map.entry("{\"i\":\"abc\"}", "Field 'i' = 'abc': not an INTEGER."),
                        Map.entry("{\"i\":1.5}", "Field 'i' = '1.5': has a fraction, which an INTEGER cannot hold."),
                        Map.entry(
                                "{\"i\":2147483648}",
                                "Field 'i' = '2147483648': out of the range of INTEGER (-2147483648 to 2147483647)."),
                        Map.entry("{\"i\":true}", "Field 'i' = 'true': not an INTEGER."),
                        Map.entry("{\"i\":[1]}", "Field 'i' is an array, not an INTEGER."),
                        Map.entry(
                                "{\"t\":\"2017-02-30T00:00:00Z\"}",
                                "Field 't' = '2017-02-30T00:00:00Z': not a TIMESTAMP."),
                        Map.entry(
                                "{\"t\":1e30}", "Field 't' = '1e30': out of the range of TIMESTAMP (years 1 to 9999)."),
                        Map.entry("{\"day\":\"yesterday\"}", "Field 'day' = 'yesterday': not a DATE."),
                        Map.entry("{\"b\":2}", "Field 'b' = '2': not a BOOLEAN."),
                        Map.entry(
                                "{\"d\":1e999}",
                                "Field 'd' = '1e999': out of the range of DOUBLE (magnitude up to 1.8e308)."),
                        Map.entry("{\"d\":\"1,5\"}", "Field 'd' = '1,5': not a DOUBLE."),
                        Map.entry("[]", "Not a JSON object but an array."),
                        Map.entry("", "Malformed JSON at byte 1: it ends in the middle of a value."),
                        Map.entry("{} {}", "Malformed JSON at byte 4: something follows the object."))
                .forEach((value, reason) ->
                        assertThat(decoded(format, value)).as(value).containsEntry("rejected", reason));
    }

    @Test
    void theLastOfTwoMembersWithOneNameCounts() {
        Format format = Formats.json(
                List.of(new Field("x", "a.x", Type.INTEGER), new Field("y", "a.y", Type.INTEGER)), JsonOptions.DEFAULT);

        assertThat(decoded(format, "{\"a\":{\"x\":1,\"x\":2},\"a\":{\"x\":3}}")).containsEntry("x", 3L);
        assertThat(decoded(format, "{\"a\":{\"y\":1},\"a\":{\"x\":3}}"))
                .containsEntry("x", 3L)
                .containsEntry("y", null);
        assertThat(decoded(format, "{\"a\":{\"y\":1},\"a\":5}")).containsEntry("y", null);
    }

    @Test
    void pathsReachMembersElementsAndQuotedNames() {
        Format format = Formats.json(
                List.of(
                        new Field("a", "a", Type.VARCHAR),
                        new Field("b", "a.b[1].c", Type.INTEGER),
                        new Field("same", "a.b[1].c", Type.VARCHAR),
                        new Field("quoted", "[\"PM2.5\"].value", Type.DOUBLE),
                        new Field("accent", "h\u00E9", Type.INTEGER)),
                JsonOptions.DEFAULT);

        assertThat(decoded(format, "{\"a\":{\"b\":[0,{\"c\":7}]},\"PM2.5\":{\"value\":1.5},\"h\\u00e9\":3}"))
                .containsEntry("a", "{\"b\":[0,{\"c\":7}]}")
                .containsEntry("b", 7L)
                .containsEntry("same", "7")
                .containsEntry("quoted", 1.5)
                .containsEntry("accent", 3L);
        assertThat(decoded(format, "{\"a\":{\"b\":{\"c\":7}}}")).containsEntry("b", null);
    }

    @Test
    void aPathThatCannotBeReadIsAProblemOfTheDefinition() {
        for (String path : List.of("a..b", "a.", "[0]", "a[x]", "a[1", "a[0]b", ".a")) {
            assertThatThrownBy(() -> Formats.json(List.of(new Field("f", path, Type.INTEGER)), JsonOptions.DEFAULT))
                    .as(path)
                    .isInstanceOf(PolderException.class)
                    .hasMessageStartingWith("fields.f.path = '" + path + "': ");
        }
        assertThatThrownBy(() -> EVENTS.splitter(List.of("uit")))
                .isInstanceOf(PolderException.class)
                .hasMessage("key = 'uit': no such field. Fix: did you mean 'uid'?");
    }

    private static long micros(String instant) {
        return Instant.parse(instant).toEpochMilli() * 1000;
    }
}
