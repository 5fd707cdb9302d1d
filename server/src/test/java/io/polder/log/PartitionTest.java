package io.polder.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.utils.Utils;

final class PartitionTest {
    @Property
    void thePartitionOfASliceIsTheOneThatKafkaGivesItsBytes(
            @ForAll @Size(max = 40) byte[] around,
            @ForAll @IntRange(max = 40) int from,
            @ForAll @IntRange(max = 40) int to,
            @ForAll @IntRange(min = 1, max = 1_000) int partitions) {
        int start = Math.min(Math.min(from, to), around.length);
        int end = Math.min(Math.max(from, to), around.length);
        byte[] key = Arrays.copyOfRange(around, start, end);

        assertThat(Log.partition(around, start, end - start, partitions))
                .isEqualTo(Utils.toPositive(Utils.murmur2(key)) % partitions);
    }
}
