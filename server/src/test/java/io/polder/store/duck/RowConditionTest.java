package io.polder.store.duck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.polder.record.Columns;
import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Schema;
import io.polder.record.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RowConditionTest {
    private static final Schema SCHEMA =
            new Schema(List.of(new Field("time", "time", Type.TIMESTAMP), new Field("text", "text", Type.VARCHAR)));

    private final Columns rows = new Columns(SCHEMA, 4);

    @Test
    void onlyARowForWhichItIsTrueIsTaken() {
        row("2026-01-02T03:04:05Z", "7");
        row("2026-01-02T03:04:05Z", null);
        row("2026-01-02T03:04:05Z", "8");

        try (RowCondition condition = RowCondition.of(SCHEMA, "CAST(text AS INTEGER) > 7")) {
            assertThat(condition.test(rows)).containsExactly(false, false, true);
        }
    }

    @Test
    void aRowThatCannotBeJudgedIsABadRequest() {
        row("2026-01-02T03:04:05Z", "many");

        try (RowCondition condition = RowCondition.of(SCHEMA, "CAST(text AS INTEGER) > 7")) {
            assertThatThrownBy(() -> condition.test(rows))
                    .hasMessageContaining("'many'")
                    .extracting(failure -> ((PolderException) failure).code())
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
        }
    }

    private void row(String time, @org.jspecify.annotations.Nullable String text) {
        rows.setLong(0, Instant.parse(time).toEpochMilli() * 1000);
        if (text != null) {
            rows.setText(1, text.getBytes(StandardCharsets.UTF_8));
        }
        rows.endRow();
    }
}
