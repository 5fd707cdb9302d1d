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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CsvFormatTest {
    private static final List<Field> FIELDS = List.of(
            new Field("uid", "uid", Type.BIGINT),
            new Field("name", "name", Type.VARCHAR),
            new Field("speed", "speed", Type.DOUBLE));
    private static final Format CSV = Formats.csv(FIELDS, CsvOptions.DEFAULT);
    private static final Format EUROPEAN = Formats.csv(FIELDS, new CsvOptions(';', '\'', false, Set.of("n/a"), ','));

    @Test
    void linesAreEventsWithoutTheirLineEnds() throws Exception {
        Collected split = whole(CSV, List.of("uid"), "uid,name,speed\r\n029,a,1\r\n\n30,\"b, \"\"c\"\"\nd\",\n31,,2");

        assertThat(split.values()).containsExactly("029,a,1", "30,\"b, \"\"c\"\"\nd\",", "31,,2");
        assertThat(split.keys()).containsExactly("29", "30", "31");
        assertThat(split.events).allSatisfy(event -> assertThat(event.context()).isEmpty());
        assertThat(decoded(CSV, split.values().get(1)))
                .containsEntry("uid", 30L)
                .containsEntry("name", "b, \"c\"\nd")
                .containsEntry("speed", null);
    }

    @Test
    void aHeaderInAnotherOrderTravelsBesideTheEvents() throws Exception {
        Collected split = whole(CSV, List.of("uid"), "\uFEFFextra, Speed ,\"uid\",name\nx,1.5,7,\"\"\ny,,8,\n");

        assertThat(split.keys()).containsExactly("7", "8");
        assertThat(split.events)
                .allSatisfy(event -> assertThat(event.context()).isEqualTo("extra, Speed ,\"uid\",name"));
        Collected.Event first = split.events.get(0);
        assertThat(decoded(CSV, first.value(), first.context()))
                .containsEntry("uid", 7L)
                .containsEntry("name", "")
                .containsEntry("speed", 1.5);
        Collected.Event second = split.events.get(1);
        assertThat(decoded(CSV, second.value(), second.context()))
                .containsEntry("name", null)
                .containsEntry("speed", null);
    }

    @Test
    void neighboursShareTheirContext() throws Exception {
        List<byte[]> contexts = new ArrayList<>();
        byte[] document = "name,uid\na,1\nb,2\n".getBytes(UTF_8);
        CSV.splitter(List.of()).split(document, 0, document.length, true, new Splitter.Sink() {
            @Override
            public void event(Slice value, Slice key, byte[] context) {
                contexts.add(context);
            }

            @Override
            public void rejected(Slice value, byte[] context, long position, String reason) {
                throw new AssertionError(reason);
            }
        });

        assertThat(contexts).hasSize(2);
        assertThat(contexts.get(0)).isSameAs(contexts.get(1));
    }

    @Test
    void aColumnThatIsMissingIsNullUnlessItIsPartOfTheKey() throws Exception {
        Collected split = whole(CSV, List.of("uid"), "uid,speed\n1,2\n");

        assertThat(decoded(CSV, "1,2", split.events.get(0).context()))
                .containsEntry("name", null)
                .containsEntry("speed", 2.0);
        assertThatThrownBy(() -> whole(CSV, List.of("uid"), "name,speed\na,2\n"))
                .hasMessage("The CSV header 'name,speed' has no column 'uid', which is part of the key.");
    }

    @Test
    void aHeaderOfAnotherDocumentIsMalformed() {
        assertThatThrownBy(() -> whole(CSV, List.of(), "<!DOCTYPE html>\n<p>\n"))
                .isInstanceOf(MalformedDocumentException.class)
                .hasMessage("The CSV header '<!DOCTYPE html>' names none of the fields (uid, name, speed);"
                        + " the delimiter may be another than ',', or there may be no header.");
        assertThatThrownBy(() -> whole(CSV, List.of(), "uid,uid\n"))
                .hasMessage("The CSV header names the column 'uid' twice.");
        assertThatThrownBy(() -> whole(CSV, List.of(), "\"uid\n1,2\n"))
                .hasMessage("The CSV header is malformed: the quote that opens cell 1 is never closed.");
        assertThatThrownBy(() -> whole(CSV, List.of(), "uid".getBytes(UTF_16)))
                .hasMessage("The document is UTF-16, but CSV is read as UTF-8.");
    }

    @Test
    void aDocumentWithNothingInItHasNoEvents() throws Exception {
        assertThat(whole(CSV, List.of(), "").all).isEmpty();
        assertThat(whole(CSV, List.of(), "\n\r\n").all).isEmpty();
        assertThat(whole(CSV, List.of(), "uid,name,speed").all).isEmpty();
    }

    @Test
    void withoutAHeaderCellsFollowTheFields() throws Exception {
        Collected split = whole(EUROPEAN, List.of("uid"), "1;'it''s';1,5\n2;n/a;n/a\n");

        assertThat(split.keys()).containsExactly("1", "2");
        assertThat(decoded(EUROPEAN, split.values().get(0)))
                .containsEntry("name", "it's")
                .containsEntry("speed", 1.5);
        assertThat(decoded(EUROPEAN, split.values().get(1)))
                .containsEntry("name", null)
                .containsEntry("speed", null);
    }

    @Test
    void badLinesAreRejectedAndTheRestGoesOn() throws Exception {
        byte[] document =
                "uid,name,speed\n1,a\n2,b,3,4\n3,\"c\"d,1\n,e,1\nx,f,1\n4,\"open,1\n5,g,1\n6,caf\u00E9,1\n7,h,1\n"
                        .getBytes(ISO_8859_1);

        Collected split = whole(CSV, List.of("uid"), document);

        assertThat(split.keys()).containsExactly("5", "7");
        assertThat(split.reasons())
                .containsExactly(
                        "The line has 2 cells, not 3.",
                        "The line has 4 cells, not 3.",
                        "Malformed CSV: something follows the closing quote of cell 2.",
                        "Key field 'uid' has no value.",
                        "Field 'uid' = 'x': not a BIGINT.",
                        "Malformed CSV: the quote that opens cell 2 is never closed.",
                        "The line is not UTF-8: its byte 6 is 0xE9.");
        assertThat(split.rejections.get(5).value()).isEqualTo("4,\"open,1");
        assertThat(split.rejections.stream().map(Collected.Rejection::position))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 8L);
    }

    @Test
    void aForgottenQuoteDoesNotTakeInALargeFile() throws Exception {
        String document = "uid,name,speed\n1,\"a,1\n" + "2,b,1\n".repeat(400_000);

        Splitter splitter = CSV.splitter(List.of("uid"));
        Collected collected = new Collected();
        byte[] bytes = document.getBytes(UTF_8);
        int consumed = splitter.split(bytes, 0, 2_000_000, false, collected);

        assertThat(consumed).isGreaterThan(1_990_000);
        assertThat(collected.rejections).hasSize(1);
        assertThat(collected.rejections.get(0).value()).isEqualTo("1,\"a,1");
    }

    @Test
    void anyPartBoundaryGivesTheSameEvents() throws Exception {
        String document =
                "\uFEFFname,uid\r\n\"a\r\n\"\"b\"\"\",1\r\ncaf\u00E9,2\r\n\r\nragged\r\n\"x\"y,3\n\"z\"\r\n,4\n\"open,5\nlast,6\r";
        byte[] bytes = document.getBytes(UTF_8);
        Collected expected = whole(CSV, List.of("uid"), bytes);
        assertThat(expected.keys()).containsExactly("1", "2", "4", "6");

        List<Integer> everywhere = new ArrayList<>();
        for (int cut = 0; cut <= bytes.length; cut++) {
            everywhere.add(cut);
            assertThat(inParts(CSV, List.of("uid"), bytes, List.of(cut)).all)
                    .as("cut at %s", cut)
                    .isEqualTo(expected.all);
        }
        assertThat(inParts(CSV, List.of("uid"), bytes, everywhere).all).isEqualTo(expected.all);
    }

    @Test
    void whatCannotBeDecodedIsASentence() {
        assertThat(decoded(CSV, "1,a")).containsEntry("rejected", "The line has 2 cells, not 3.");
        assertThat(decoded(CSV, "1,a,b\n2,c,d")).containsEntry("rejected", "The event is more than one line.");
        assertThat(decoded(CSV, "1,a,fast")).containsEntry("rejected", "Field 'speed' = 'fast': not a DOUBLE.");
        assertThat(decoded(CSV, "1,\"a,1"))
                .containsEntry("rejected", "Malformed CSV: the quote that opens cell 2 is never closed.");
        assertThat((String) decoded(CSV, "1,a,1", "no,such,columns").get("rejected"))
                .startsWith("The CSV header 'no,such,columns' names none of the fields");
        assertThat(decoded(CSV, "1,caf\u00E9,1".getBytes(ISO_8859_1), new byte[0]))
                .containsEntry("rejected", "The line is not UTF-8: its byte 6 is 0xE9.");
    }

    @Test
    void aDelimiterThatCannotSeparateIsAProblemOfTheDefinition() {
        assertThatThrownBy(() -> Formats.csv(FIELDS, new CsvOptions('\u00A7', '\n', true, Set.of(), '.')))
                .isInstanceOfSatisfying(PolderException.class, exception -> assertThat(exception.problems())
                        .extracting(problem -> problem.place())
                        .containsExactly("format.delimiter", "format.quote"));
        assertThatThrownBy(() -> Formats.csv(FIELDS, new CsvOptions('"', '"', true, Set.of(), '.')))
                .hasMessage("format.quote = '\"': the same as the delimiter. Fix: choose another");
    }
}
