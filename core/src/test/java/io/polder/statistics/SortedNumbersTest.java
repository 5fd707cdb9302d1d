package io.polder.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SortedNumbersTest {
    @Provide
    Arbitrary<double[]> numbers() {
        Arbitrary<Double> number = Arbitraries.oneOf(
                Arbitraries.doubles(),
                Arbitraries.integers().between(-20, 20).map(Integer::doubleValue),
                Arbitraries.of(0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE));
        return number.array(double[].class).ofMinSize(0).ofMaxSize(5_000);
    }

    private static SortedNumbers of(double... numbers) {
        return SortedNumbers.ofKeys(
                DoubleStream.of(numbers).mapToLong(SortedNumbers::key).toArray(), numbers.length);
    }

    @Property(tries = 200)
    void itHoldsThemInTheirOrder(@ForAll("numbers") double[] numbers) {
        SortedNumbers sorted = of(numbers);
        double[] finite = DoubleStream.of(numbers)
                .filter(Double::isFinite)
                .map(number -> number + 0.0)
                .sorted()
                .toArray();

        assertThat(sorted.count()).isEqualTo(numbers.length);
        assertThat(sorted.finite()).isEqualTo(finite.length);
        assertThat(sorted.infinities()).isEqualTo(numbers.length - finite.length);
        for (double at : new double[] {0, 0.5, 1}) {
            assertThat(sorted.quantile(at)).isEqualTo(Double.valueOf(quantile(finite, at)));
        }
        for (double bound : new double[] {-3, 0, 0.5, 7}) {
            assertThat(sorted.below(bound)).isEqualTo((int)
                    DoubleStream.of(finite).filter(x -> x < bound).count());
            assertThat(sorted.above(bound)).isEqualTo((int)
                    DoubleStream.of(finite).filter(x -> x > bound).count());
        }
        double center = 2.5;
        double[] distances =
                DoubleStream.of(finite).map(x -> Math.abs(x - center)).sorted().toArray();
        assertThat(sorted.medianDistance(center)).isEqualTo(Double.valueOf(quantile(distances, 0.5)));
    }

    /** Between the two nearest values, by their distance. */
    private static double quantile(double[] sorted, double at) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = at * (sorted.length - 1);
        int below = (int) place;
        double low = sorted[below];
        double high = sorted[Math.min(below + 1, sorted.length - 1)];
        double part = place - below;
        double distance = high - low;
        return Double.isInfinite(distance) ? low * (1 - part) + high * part : low + part * distance;
    }

    @Property(tries = 200)
    void valuesAreCounted(@ForAll("numbers") double[] numbers) {
        SortedNumbers.Values values = of(numbers).values(3);
        Map<Double, Long> counts = DoubleStream.of(numbers)
                .mapToObj(number -> number + 0.0)
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));

        assertThat(values.distinct()).isEqualTo(counts.size());
        assertThat(values.unique()).isEqualTo((int)
                counts.values().stream().filter(count -> count == 1).count());
        assertThat(values.top())
                .extracting(SortedNumbers.Frequent::real)
                .containsExactlyElementsOf(counts.entrySet().stream()
                        .sorted(Map.Entry.<Double, Long>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                        .limit(3)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Property(tries = 100)
    void wholeNumbersKeepAllTheirDigits(@ForAll long[] numbers) {
        SortedNumbers sorted = SortedNumbers.ofWhole(numbers.clone(), numbers.length);

        assertThat(sorted.values(0).distinct())
                .isEqualTo((int) LongStream.of(numbers).distinct().count());
        assertThat(sorted.values(numbers.length).top().stream()
                        .mapToLong(SortedNumbers.Frequent::whole)
                        .sorted())
                .containsExactlyElementsOf(
                        LongStream.of(numbers).distinct().sorted().boxed().toList());
    }

    /** A million numbers far from zero: plain sums of powers would have no digit of these left. */
    @Test
    void momentsAreThoseOfTheTextbook() {
        double[] numbers = new double[1_000_000];
        Arrays.setAll(numbers, at -> 1e9 + at % 4);

        SortedNumbers.Moments moments = of(numbers).moments();

        assertThat(moments.sum()).isEqualTo(1e15 + 1_500_000);
        assertThat(moments.mean()).isCloseTo(1e9 + 1.5, within(1e-6));
        assertThat(moments.variance()).isCloseTo(1.25 * 1_000_000 / 999_999, within(1e-12));
        assertThat(moments.skewness()).isCloseTo(0, within(1e-9));
        // Of four equally frequent neighbours: 41/16 / (5/4)² − 3.
        assertThat(moments.kurtosis()).isCloseTo(41.0 / 25 - 3, within(1e-4));
    }

    @Test
    void powersOfGiantsAreNumbersStill() {
        SortedNumbers.Moments moments = of(1e300, 2e300, 4e300, 9e300).moments();

        assertThat(moments.mean()).isEqualTo(4e300);
        assertThat(moments.deviation()).isCloseTo(3.559026084010437e300, within(1e288));
        assertThat(moments.skewness()).isFinite();
        assertThat(moments.kurtosis()).isFinite();
    }
}
