package io.polder.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class GzipTest {
    @Property(tries = 200)
    void anyPiecesAfterAHeaderAreOneStream(@ForAll @Size(max = 5) List<byte[]> texts) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        stream.writeBytes(Gzip.header());
        for (byte[] text : texts) {
            stream.writeBytes(Gzip.piece(text));
            expected.writeBytes(text);
        }

        assertThat(decompressed(stream.toByteArray())).isEqualTo(expected.toByteArray());
    }

    @Test
    void aPieceLongerThanItsBufferIsWhole() {
        byte[] noise = new byte[100_000];
        new java.util.Random(7).nextBytes(noise);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(Gzip.header());
        stream.writeBytes(Gzip.piece(noise));

        assertThat(decompressed(stream.toByteArray())).isEqualTo(noise);
    }

    @Test
    void whoTakesGzipIsToldByTheHeader() {
        assertThat(Gzip.isAccepted("gzip, deflate, br")).isTrue();
        assertThat(Gzip.isAccepted("br;q=1.0, GZIP;q=0.8")).isTrue();
        assertThat(Gzip.isAccepted("gzip; q=0")).isFalse();
        assertThat(Gzip.isAccepted("br")).isFalse();
        assertThat(Gzip.isAccepted(null)).isFalse();
    }

    /** What can be read of a stream that may have no end. */
    static byte[] decompressed(byte[] compressed) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            for (int next = stream.read(); next >= 0; next = stream.read()) {
                plain.write(next);
            }
        } catch (EOFException end) {
            return plain.toByteArray();
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
        return plain.toByteArray();
    }
}
