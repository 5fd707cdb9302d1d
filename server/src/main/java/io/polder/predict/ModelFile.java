package io.polder.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.polder.predict.TreesForecaster.Settings;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.WholeFile;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk, with all that is needed to make it again: a line of text, where it comes from as JSON, and what forecasts
 * need, compressed, with a checksum. A file is replaced as a whole: whoever reads one sees the old or the new.
 *
 * @param provenance where it comes from
 * @param forecaster what it says
 */
public record ModelFile(Provenance provenance, Learned forecaster) {
    private static final String FIRST_LINE = "Polder model 1\n";
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * Where a model comes from: training again with the same settings on the same data gives the same model to the bit.
     *
     * @param name of the model
     * @param points that it was trained on, in its order
     * @param trainedFrom the first step, UTC
     * @param trainedTo the end of the last step, UTC
     * @param step in seconds
     * @param zone of hours and days
     * @param holidays that are like weekends
     * @param data what it was trained on, such as a file with its checksum, or a statement and offsets
     * @param algorithm the forecaster's name
     * @param horizons how many steps ahead it looks
     * @param certainty of its intervals
     * @param settings how trees were trained; with one thread, since their number makes no difference; null for ridge, whose
     *     training chooses everything itself
     * @param features what it looks at, in words
     * @param versions of the program, by its parts
     * @param scores what it had when it was tried
     */
    public record Provenance(
            String name,
            List<String> points,
            String trainedFrom,
            String trainedTo,
            long step,
            String zone,
            Holidays holidays,
            Map<String, String> data,
            String algorithm,
            int horizons,
            double certainty,
            @Nullable Settings settings,
            List<String> features,
            Map<String, String> versions,
            Map<String, Double> scores) {
        /** Sorted: a file is the same to the byte, and the order of other maps differs from start to start. */
        public Provenance {
            data = new TreeMap<>(data);
            versions = new TreeMap<>(versions);
            scores = new TreeMap<>(scores);
        }

        /**
         * That of a model just trained.
         *
         * @param from when its history begins, of which {@code training} may be the end
         */
        public static Provenance of(
                String name,
                Instant from,
                Series training,
                Learned forecaster,
                Map<String, String> data,
                Map<String, String> versions,
                Map<String, Double> scores) {
            return new Provenance(
                    name,
                    training.points(),
                    from.toString(),
                    training.time(training.steps()).toString(),
                    training.step().toSeconds(),
                    training.calendar().zone().getId(),
                    training.calendar().holidays(),
                    data,
                    forecaster.name(),
                    forecaster.horizons(),
                    forecaster.certainty(),
                    forecaster instanceof TreesForecaster trees
                            ? trees.settings().withThreads(1)
                            : null,
                    forecaster.features(),
                    versions,
                    scores);
        }

        /** Without the names of points, for whom they do not concern. */
        Provenance withoutPoints() {
            return new Provenance(
                    name,
                    List.of(),
                    trainedFrom,
                    trainedTo,
                    step,
                    zone,
                    holidays,
                    data,
                    algorithm,
                    horizons,
                    certainty,
                    settings,
                    features,
                    versions,
                    scores);
        }

        /** As JSON. */
        public String json() {
            try {
                return JSON.writeValueAsString(this);
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException("a provenance could not be written", impossible);
            }
        }
    }

    private static Learned learned(DataInputStream data, Provenance provenance) throws IOException {
        Settings settings = provenance.settings();
        if (settings != null && provenance.algorithm().equals(TreesForecaster.NAME)) {
            return TreesForecaster.read(data, settings);
        }
        if (provenance.algorithm().equals(RidgeForecaster.NAME)) {
            return RidgeForecaster.read(data, provenance);
        }
        throw new IOException("it was learned by " + provenance.algorithm() + ", which this version does not know");
    }

    /** Writes it; it is on the disk when this returns. */
    public void write(Path file) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(content))) {
            forecaster.write(out);
        }
        byte[] about = provenance.json().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(whole)) {
            out.write(FIRST_LINE.getBytes(StandardCharsets.US_ASCII));
            out.writeInt(about.length);
            out.write(about);
            out.writeInt(content.size());
            content.writeTo(out);
            CRC32 sum = new CRC32();
            sum.update(whole.toByteArray());
            out.writeLong(sum.getValue());
        }
        WholeFile.replaceOnDisk(file, whole.toByteArray());
    }

    /**
     * Reads one.
     *
     * @throws PolderException INVALID_REQUEST when it is none, or not whole
     */
    public static ModelFile read(Path file) {
        try {
            byte[] whole = Files.readAllBytes(file);
            CRC32 sum = new CRC32();
            sum.update(whole, 0, Math.max(0, whole.length - Long.BYTES));
            try (DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(whole))) {
                byte[] first = in.readNBytes(FIRST_LINE.length());
                if (!new String(first, StandardCharsets.US_ASCII).equals(FIRST_LINE)) {
                    throw new IOException("it is no model of this version");
                }
                byte[] about = in.readNBytes(in.readInt());
                byte[] content = in.readNBytes(in.readInt());
                if (in.readLong() != sum.getValue()) {
                    throw new IOException("its checksum is wrong");
                }
                Provenance provenance = JSON.readValue(about, Provenance.class);
                try (InputStream unpacked = new GZIPInputStream(new java.io.ByteArrayInputStream(content));
                        DataInputStream data = new DataInputStream(new java.io.BufferedInputStream(unpacked))) {
                    return new ModelFile(provenance, learned(data, provenance));
                }
            }
        } catch (IOException broken) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    file + ": cannot be read as a model (" + broken.getMessage() + "). Fix: train it again",
                    broken);
        }
    }
}
