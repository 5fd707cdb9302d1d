package io.polder.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.linalg.Vectors;
import org.apache.spark.mllib.regression.LabeledPoint;
import org.apache.spark.mllib.regression.RidgeRegressionModel;
import org.apache.spark.mllib.regression.RidgeRegressionWithSGD;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published model here and in the real Spark. */
class SgdRidgeMllibTest {
    private static final double NINE_DIGITS = 1e-9;

    @ParameterizedTest
    @CsvSource({"500, 0.025, 0.005, 60", "500, 0.025, 0.005, 3", "37, 0.01, 0.1, 10", "500, 0.002, 0, 20"})
    void allWeightsAreSparks(int iterations, double step, double regularisation, int days) {
        Random random = new Random(days);
        double[][] rows = new double[24 * days][27];
        double[] target = new double[rows.length];
        List<LabeledPoint> points = new ArrayList<>();
        for (int at = 0; at < rows.length; at++) {
            int hour = at % 24;
            int day = at / 24 % 7 + 1;
            rows[at][hour] = 1;
            rows[at][24] = day;
            rows[at][25] = day >= 6 ? 1 : 0;
            rows[at][26] = hour;
            target[at] = 95 - (hour == 8 || hour == 17 ? 30 : 0) + 2 * day + 5 * random.nextGaussian();
            points.add(new LabeledPoint(target[at], Vectors.dense(rows[at])));
        }

        SgdRidge ours = SgdRidge.fit(rows, target, new SgdRidge.Settings(iterations, step, regularisation));

        RidgeRegressionModel sparks = fit(points, iterations, step, regularisation);
        assertEquals(sparks.intercept(), ours.intercept(), NINE_DIGITS);
        for (int at = 0; at < 27; at++) {
            assertEquals(sparks.weights().apply(at), ours.weights()[at], NINE_DIGITS, "weight " + at);
        }
    }

    private static RidgeRegressionModel fit(
            List<LabeledPoint> points, int iterations, double step, double regularisation) {
        SparkConf local = new SparkConf()
                .setMaster("local[1]")
                .setAppName("mllib")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.driver.host", "127.0.0.1");
        try (JavaSparkContext spark = new JavaSparkContext(local)) {
            RidgeRegressionWithSGD sgd = new RidgeRegressionWithSGD(step, iterations, regularisation, 1.0);
            sgd.setIntercept(true);
            return sgd.run(spark.parallelize(points, 1).cache().rdd());
        }
    }
}
