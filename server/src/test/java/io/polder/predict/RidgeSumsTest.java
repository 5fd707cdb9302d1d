package io.polder.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.polder.statistics.CrossProducts;
import io.polder.statistics.Ridge;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In the real engine. */
class RidgeSumsTest {
    private static final Series.Calendar BELGIUM = new Series.Calendar(ZoneId.of("Europe/Brussels"), Holidays.BELGIUM);
    /** Twenty days around the end of March: summer time begins, Easter Monday is 6 April. */
    private static final Instant START = Instant.parse("2026-03-19T23:00:00Z");

    private static final int AHEAD = 3;
    private static final String ALL = "SELECT point, time, value, wind AS c0 FROM air";

    @TempDir
    private Path folder;

    private Connection engine;

    @BeforeEach
    void open() throws SQLException {
        engine = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = engine.createStatement()) {
            statement.execute("CREATE TABLE air (point VARCHAR, time TIMESTAMP, value FLOAT, wind FLOAT)");
        }
    }

    @AfterEach
    void close() throws SQLException {
        engine.close();
    }

    @Test
    void sqlSumsUpWhatForecastsLookAt() throws SQLException {
        Series series = made(20);
        store(series, 0, series.steps());
        LinearTerms terms = LinearTerms.of(series, AHEAD);
        RidgeSums sums = sums(terms);

        Map<LocalDate, CrossProducts> byHand = new TreeMap<>();
        for (int at = 0; at + AHEAD < series.steps(); at++) {
            Series known = series.window(at + 1 - terms.inputs(), at + 1);
            for (int point = 0; point < series.points().size(); point++) {
                if (Float.isNaN(series.value(point, at))) {
                    continue;
                }
                double[] row = terms.row(known, point);
                double[] whole = java.util.Arrays.copyOf(row, row.length + 1);
                whole[row.length] = series.value(point, at + AHEAD);
                byHand.computeIfAbsent(
                                series.moment(at + AHEAD).local().toLocalDate(), day -> new CrossProducts(whole.length))
                        .add(whole);
            }
        }

        Map<LocalDate, Long> counts = new TreeMap<>();
        byHand.forEach((day, moments) -> counts.put(day, moments.count()));
        assertThat(sums.days()).isEqualTo(counts);
        Ridge expected = Ridge.fitBest(
                List.copyOf(byHand.values()),
                IntStream.range(0, terms.size()).toArray(),
                terms.size(),
                Ridge.PENALTIES);
        Ridge fitted = sums.fit(LocalDate.MAX).orElseThrow();
        assertThat(fitted.penalty()).isEqualTo(expected.penalty());
        assertThat(fitted.rows()).isEqualTo(expected.rows());
        assertThat(fitted.weights()).containsExactly(expected.weights(), within(1e-9));
        assertThat(fitted.errors()).containsExactly(expected.errors(), within(1e-9));
        assertThat(terms.names()).hasSize(terms.size());
    }

    @Test
    void rowsThatArriveCostTheirDayAndNoMore() throws SQLException {
        Series series = made(20);
        int half = series.steps() * 2 / 3;
        store(series, 0, half);
        LinearTerms terms = LinearTerms.of(series, AHEAD);
        RidgeSums kept = sums(terms);
        LocalDate changed = series.moment(half).local().toLocalDate();
        store(series, half, series.steps());

        kept.replace(changed, changed.plusDays(30), answer(terms, ALL, changed, changed.plusDays(30)));

        RidgeSums whole = sums(terms);
        assertThat(kept.days()).isEqualTo(whole.days());
        assertThat(kept.fit(LocalDate.MAX).orElseThrow().weights())
                .containsExactly(whole.fit(LocalDate.MAX).orElseThrow().weights(), within(1e-9));

        kept.forget(changed);
        assertThat(kept.days().keySet()).allMatch(day -> !day.isBefore(changed));
    }

    @Test
    void howOftenRowsRepeatChangesNothing() throws SQLException {
        Series series = made(20);
        store(series, 0, series.steps());
        LinearTerms terms = LinearTerms.of(series, AHEAD);
        Ridge once = sums(terms).fit(LocalDate.MAX).orElseThrow();

        Ridge often = sums(
                        terms,
                        "SELECT point || '/' || copy AS point, time, value, wind AS c0 FROM air, range(100) AS copies(copy)")
                .fit(LocalDate.MAX)
                .orElseThrow();

        assertThat(often.rows()).isEqualTo(100 * once.rows());
        assertThat(often.weights()).containsExactly(once.weights(), within(1e-9));
        assertThat(often.intercept()).isCloseTo(once.intercept(), within(1e-9));
    }

    @Test
    void itBeatsTheLastValue() throws SQLException, IOException {
        Series series = made(28);
        int split = 21 * series.slotsOfDay();
        store(series, 0, split);
        List<RidgeSums> sums = new ArrayList<>();
        for (int ahead = 1; ahead <= AHEAD; ahead++) {
            sums.add(sums(LinearTerms.of(series, ahead)));
        }
        Series training = series.window(0, split);
        LocalDate trial = series.moment(16 * series.slotsOfDay()).local().toLocalDate();
        RidgeForecaster ridge = RidgeForecaster.fit(training, sums, trial, 0.9);
        List<Forecaster> all = new ArrayList<>(List.of(ridge));
        all.addAll(Baselines.all(training, Features.INPUTS, AHEAD));

        List<Scores> scores = Backtest.run(
                series,
                new Backtest.Protocol(split, series.steps(), ridge.inputs(), AHEAD, new double[] {50}),
                Backtest.scales(training),
                all,
                (point, madeAt, forWhen, predicted, observed) -> {});

        for (Scores baseline : scores.subList(1, scores.size())) {
            assertThat(scores.get(0).upTo(AHEAD).rmse())
                    .as(baseline.name())
                    .isLessThan(baseline.upTo(AHEAD).rmse());
        }
        assertThat(scores.get(0).upTo(AHEAD).coverage()).isBetween(0.85, 0.95);
        // Tried on days that it had not seen, it was about as good.
        assertThat(ridge.tried().mae()).isCloseTo(scores.get(0).upTo(AHEAD).mae(), withinPercentage(20));
        reasonsAddUp(ridge, training);
        aFileKeepsIt(ridge, training);

        assertThatThrownBy(() ->
                        RidgeForecaster.fit(training, List.of(new RidgeSums(LinearTerms.of(series, 1))), trial, 0.9))
                .hasMessageContaining("too little to learn from");
    }

    private static void reasonsAddUp(RidgeForecaster ridge, Series known) {
        float[][] values = ridge.forecast(known).values();
        for (int point = 0; point < values.length; point++) {
            Reasons reasons = ridge.why(known, point, 2);
            double sum = reasons.latest() + reasons.always();
            for (Reasons.Part part : reasons.parts()) {
                sum += part.by();
            }
            assertThat(reasons.value()).isEqualTo(values[point][1]);
            assertThat(sum).isCloseTo(reasons.value(), within(1e-3));
        }
    }

    private void aFileKeepsIt(RidgeForecaster ridge, Series training) throws IOException {
        Path file = folder.resolve("ridge.model");
        new ModelFile(
                        ModelFile.Provenance.of(
                                "air",
                                training.time(0),
                                training,
                                ridge,
                                Map.of("sql", ALL),
                                Map.of("polder", "1"),
                                Map.of()),
                        ridge)
                .write(file);

        ModelFile read = ModelFile.read(file);

        assertThat(read.provenance().algorithm()).isEqualTo("ridge");
        assertThat(read.forecaster().forecast(training))
                .usingRecursiveComparison()
                .isEqualTo(ridge.forecast(training));
        assertThat(((RidgeForecaster) read.forecaster()).model(1).errors())
                .isEqualTo(ridge.model(1).errors());
    }

    /** Some numbers are missing, and one point for a whole day. */
    private static Series made(int days) {
        float[][] values = Made.values(Made.series(21, 3, days));
        float[] wind = new float[values[0].length];
        for (int at = 0; at < wind.length; at++) {
            wind[at] = (float) Math.sin(at / 50.0);
            for (float[] ofPoint : values) {
                ofPoint[at] -= 5 * wind[Math.max(0, at - AHEAD)];
            }
            values[at % 3][at] = at % 17 == 0 ? Float.NaN : values[at % 3][at];
            values[1][at] = at / Made.SLOTS == 9 ? Float.NaN : values[1][at];
        }
        return Series.of(List.of("a", "b", "c"), START, Duration.ofMinutes(15), BELGIUM, values)
                .with(List.of(new Series.Covariate("wind", new float[][] {wind})));
    }

    private void store(Series series, int from, int to) throws SQLException {
        try (PreparedStatement insert = engine.prepareStatement("INSERT INTO air VALUES (?, ?, ?, ?)")) {
            for (int at = from; at < to; at++) {
                for (int point = 0; point < series.points().size(); point++) {
                    if (!Float.isNaN(series.value(point, at))) {
                        insert.setString(1, series.points().get(point));
                        insert.setObject(
                                2, series.time(at).atOffset(ZoneOffset.UTC).toLocalDateTime());
                        insert.setFloat(3, series.value(point, at));
                        insert.setFloat(4, series.covariate(0, point, at));
                        insert.addBatch();
                    }
                }
            }
            insert.executeBatch();
        }
    }

    private RidgeSums sums(LinearTerms terms) throws SQLException {
        return sums(terms, ALL);
    }

    private RidgeSums sums(LinearTerms terms, String rows) throws SQLException {
        RidgeSums sums = new RidgeSums(terms);
        LocalDate first = LocalDate.of(2026, 3, 1);
        LocalDate last = LocalDate.of(2026, 4, 30);
        sums.replace(first, last, answer(terms, rows, first, last));
        return sums;
    }

    private List<double[]> answer(LinearTerms terms, String rows, LocalDate first, LocalDate last) throws SQLException {
        List<double[]> lines = new ArrayList<>();
        try (Statement statement = engine.createStatement();
                ResultSet answer = statement.executeQuery(terms.sql(rows, first, last))) {
            while (answer.next()) {
                double[] line = new double[answer.getMetaData().getColumnCount()];
                for (int column = 0; column < line.length; column++) {
                    line[column] = answer.getDouble(column + 1);
                }
                lines.add(line);
            }
        }
        return lines;
    }
}
