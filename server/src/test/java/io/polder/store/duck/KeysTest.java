package io.polder.store.duck;

import static org.assertj.core.api.Assertions.assertThat;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import io.polder.record.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeysTest {
    @Test
    void keysThatAreEqualInSqlAreOneKey() {
        Columns columns = new Columns(new Schema(List.of(new Field("number", "number", Type.DOUBLE))), 16);
        for (double value : new double[] {0.0, Double.NaN, 1.5, -0.0, Double.longBitsToDouble(0x7ff8000000000001L)}) {
            columns.setDouble(0, value);
            columns.endRow();
        }
        Keys keys = new Keys(new int[] {0}, -1);
        int[] rows = {0, 1, 2, 3, 4};
        List<Integer> superseded = new ArrayList<>();

        assertThat(keys.lastOfEach(columns, rows, 5, superseded::add)).isEqualTo(3);

        assertThat(superseded).containsExactly(0, 1);
        assertThat(keys.subjectHash(columns, 0)).isEqualTo(keys.subjectHash(columns, 3));
    }
}
