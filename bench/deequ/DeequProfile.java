import com.amazon.deequ.profiles.ColumnProfilerRunner;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Profiles a Parquet file with Deequ, as Deequ does it when nothing else is said; run from its source. */
final class DeequProfile {
    private DeequProfile() {}

    public static void main(String[] arguments) {
        String cores = String.valueOf(Runtime.getRuntime().availableProcessors());
        SparkSession spark = SparkSession.builder()
                .master("local[" + cores + "]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", cores)
                .config("spark.sql.session.timeZone", "UTC")
                .getOrCreate();
        Dataset<Row> table = spark.read().parquet(arguments[0]);
        int columns = new ColumnProfilerRunner().onData(table).run().profiles().size();
        System.out.println("profiled " + columns + " columns");
        spark.stop();
    }
}
