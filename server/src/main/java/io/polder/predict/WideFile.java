package io.polder.predict;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A series as public benchmarks have it: CSV, compressed with gzip or not, whose first line names the points and whose
 * other lines are a step each, one number for each point, nothing where it is missing. The times are told beside it.
 */
public final class WideFile {
    private static final int MOST_PROBLEMS = 10;
    private static final Pattern TIME = Pattern.compile("(?i)(date|day|)_?(time|timestamp|date)");

    private WideFile() {}

    /**
     * Reads one.
     *
     * @param start of the first line
     * @param step from line to line
     * @throws PolderException INVALID_REQUEST with all that is wrong with it
     */
    public static Series read(Path file, Instant start, Duration step, Series.Calendar calendar) {
        List<Problem> problems = new ArrayList<>();
        List<float[]> lines = new ArrayList<>();
        List<String> points;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                BufferedReader reader = new BufferedReader(new InputStreamReader(plain(in), StandardCharsets.UTF_8))) {
            String header = reader.readLine();
            points = points(String.valueOf(file), header, problems);
            // Of a header that is wrong all lines would be.
            boolean hasNames = problems.isEmpty();
            int blank = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isBlank()) {
                    blank++;
                    continue;
                }
                // Behind the last line blank ones are nothing; between others each is a step without a number.
                for (; blank > 0; blank--) {
                    lines.add(missing(points.size()));
                }
                if (problems.isEmpty() || hasNames && problems.size() < MOST_PROBLEMS) {
                    lines.add(numbers(file + ", line " + (lines.size() + 2), line, points, problems));
                }
            }
        } catch (IOException failure) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    file + ": cannot be read (" + failure + "). Fix: see that it is there, whole and readable",
                    failure);
        }
        if (lines.isEmpty() && problems.isEmpty()) {
            problems.add(new Problem(
                    String.valueOf(file), "", "has no numbers", "give a line of names, and a line for each step"));
        }
        if (!problems.isEmpty()) {
            throw new PolderException(ErrorCode.INVALID_REQUEST, problems);
        }
        float[][] values = new float[points.size()][lines.size()];
        for (int at = 0; at < lines.size(); at++) {
            for (int point = 0; point < values.length; point++) {
                values[point][at] = lines.get(at)[point];
            }
        }
        return Series.of(points, start, step, calendar, values);
    }

    /** The names of the points; the mark that some programs begin a text with is none of them. */
    private static List<String> points(String place, @Nullable String header, List<Problem> problems) {
        String line = header == null ? "" : header.startsWith("\uFEFF") ? header.substring(1) : header;
        List<String> points =
                line.isBlank() ? List.of() : Arrays.asList(line.strip().split(",", -1));
        Set<String> seen = new HashSet<>();
        for (String point : points) {
            if (point.isBlank()) {
                problems.add(new Problem(place + ", line 1", line, "a point has no name", "name each column"));
            } else if (!seen.add(point)) {
                problems.add(new Problem(place + ", line 1", point, "two points have this name", "rename one of them"));
            }
        }
        if (points.size() == 1 && line.contains(";")) {
            problems.add(new Problem(
                    place + ", line 1",
                    line,
                    "its columns are not between commas",
                    "write commas, and decimal points"));
        } else if (!points.isEmpty() && TIME.matcher(points.get(0).strip()).matches()) {
            problems.add(new Problem(
                    place + ", line 1",
                    points.get(0),
                    "a column of times is no point: times are counted from --start by --step",
                    "leave this column out"));
        }
        return points;
    }

    private static InputStream plain(InputStream in) throws IOException {
        in.mark(2);
        boolean isGzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return isGzip ? new GZIPInputStream(in) : in;
    }

    private static float finite(String text) {
        float number = Float.parseFloat(text);
        if (!Float.isFinite(number)) {
            throw new NumberFormatException("not finite");
        }
        return number;
    }

    private static float[] missing(int points) {
        float[] numbers = new float[points];
        Arrays.fill(numbers, Float.NaN);
        return numbers;
    }

    private static float[] numbers(String place, String line, List<String> points, List<Problem> problems) {
        String[] texts = line.strip().split(",", -1);
        float[] numbers = missing(points.size());
        if (texts.length != numbers.length) {
            problems.add(new Problem(
                    place,
                    texts.length + " values",
                    "there are " + numbers.length + " points",
                    "give one value for each point, and nothing between two commas where it is missing"));
            return numbers;
        }
        for (int point = 0; point < numbers.length; point++) {
            String text = texts[point].strip();
            try {
                numbers[point] = text.isEmpty() ? Float.NaN : finite(text);
            } catch (NumberFormatException none) {
                problems.add(new Problem(
                        place + ", point " + points.get(point),
                        text,
                        "is no finite number",
                        "write it with a point, or leave it empty when it is missing"));
            }
        }
        return numbers;
    }
}
