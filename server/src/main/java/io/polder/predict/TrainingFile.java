package io.polder.predict;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The history that a training learns from, on its way from the mart's process to the training's: numbers as they come, in
 * pieces, so that neither side holds more than it must. A file of one machine and one version.
 *
 * <p>Entries: 1, a point's name; 2, its point's number, the step's number from the first on, the value; 3, the name of what is
 * known beside; 4, its number, the point's (-1 when it is the same for all), the step's, the value; 0 at the end.
 */
final class TrainingFile implements Closeable {
    private static final int END = 0;
    private static final int NAME = 1;
    private static final int VALUE = 2;
    private static final int COVARIATE = 3;
    private static final int BESIDE = 4;
    private static final int ALL_POINTS = -1;

    private final DataOutputStream out;
    private final Map<String, Integer> points = new HashMap<>();
    private final Map<String, Integer> covariates = new HashMap<>();
    private long count;

    TrainingFile(Path file) throws IOException {
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    /** Takes a number. */
    void put(String point, int step, float value) throws IOException {
        int index = index(point);
        out.writeByte(VALUE);
        out.writeInt(index);
        out.writeInt(step);
        out.writeFloat(value);
        count++;
    }

    private int index(String point) throws IOException {
        Integer index = points.get(point);
        if (index == null) {
            index = points.size();
            points.put(point, index);
            out.writeByte(NAME);
            out.writeUTF(point);
        }
        return index;
    }

    /** Takes a number that is known beside; null when it is the same for all points. */
    void putBeside(String name, @Nullable String point, int step, float value) throws IOException {
        int of = point == null ? ALL_POINTS : index(point);
        Integer index = covariates.get(name);
        if (index == null) {
            index = covariates.size();
            covariates.put(name, index);
            out.writeByte(COVARIATE);
            out.writeUTF(name);
        }
        out.writeByte(BESIDE);
        out.writeInt(index);
        out.writeInt(of);
        out.writeInt(step);
        out.writeFloat(value);
    }

    /** How many numbers there are. */
    long count() {
        return count;
    }

    int points() {
        return points.size();
    }

    @Override
    public void close() throws IOException {
        out.writeByte(END);
        out.close();
    }

    /**
     * Reads one.
     *
     * @param start of the first step
     * @throws IOException also when it was not written to its end
     */
    static Series read(Path file, Instant start, Duration step, Series.Calendar calendar, int steps)
            throws IOException {
        List<String> points = new ArrayList<>();
        List<String> covariates = new ArrayList<>();
        SeriesBuilder series = new SeriesBuilder(steps);
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
                if (kind == NAME) {
                    points.add(in.readUTF());
                } else if (kind == COVARIATE) {
                    covariates.add(in.readUTF());
                } else if (kind == BESIDE) {
                    String name = covariates.get(in.readInt());
                    int point = in.readInt();
                    series.putBeside(
                            name, point == ALL_POINTS ? null : points.get(point), in.readInt(), in.readFloat());
                } else {
                    series.put(points.get(in.readInt()), in.readInt(), in.readFloat());
                }
            }
        } catch (EOFException cut) {
            throw new IOException("the history is not whole", cut);
        }
        return series.build(start, step, calendar);
    }
}
