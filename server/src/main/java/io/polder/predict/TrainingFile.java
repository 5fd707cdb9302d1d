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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The history that a training learns from, on its way from the mart's process to the training's: numbers as they come, in
 * pieces, so that neither side holds more than it must. A file of one machine and one version.
 *
 * <p>Entries: 1, a point's name; 2, its point's number, the step's number from the first on, the value; 0 at the end.
 */
final class TrainingFile implements Closeable {
    private static final int END = 0;
    private static final int NAME = 1;
    private static final int VALUE = 2;

    private final DataOutputStream out;
    private final Map<String, Integer> points = new HashMap<>();
    private long count;

    TrainingFile(Path file) throws IOException {
        out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    }

    /** Takes a number. */
    void put(String point, int step, float value) throws IOException {
        Integer index = points.get(point);
        if (index == null) {
            index = points.size();
            points.put(point, index);
            out.writeByte(NAME);
            out.writeUTF(point);
        }
        out.writeByte(VALUE);
        out.writeInt(index);
        out.writeInt(step);
        out.writeFloat(value);
        count++;
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
        List<float[]> values = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (int kind = in.readByte(); kind != END; kind = in.readByte()) {
                if (kind == NAME) {
                    points.add(in.readUTF());
                    float[] ofPoint = new float[steps];
                    Arrays.fill(ofPoint, Float.NaN);
                    values.add(ofPoint);
                } else {
                    int point = in.readInt();
                    int at = in.readInt();
                    values.get(point)[at] = in.readFloat();
                }
            }
        } catch (EOFException cut) {
            throw new IOException("the history is not whole", cut);
        }
        return sorted(points, values, start, step, calendar);
    }

    /** By name, so that the same rows give the same model in whatever order they come. */
    private static Series sorted(
            List<String> points, List<float[]> values, Instant start, Duration step, Series.Calendar calendar) {
        Integer[] order = new Integer[points.size()];
        Arrays.setAll(order, at -> at);
        Arrays.sort(order, (one, other) -> points.get(one).compareTo(points.get(other)));
        List<String> names = new ArrayList<>();
        float[][] numbers = new float[order.length][];
        for (int at = 0; at < order.length; at++) {
            names.add(points.get(order[at]));
            numbers[at] = values.get(order[at]);
        }
        return Series.of(names, start, step, calendar, numbers);
    }
}
