package io.polder.agent.hdfs;

import io.polder.agent.Settings;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a sink is told, read and checked.
 *
 * @param folder of each event
 * @param prefix of the names of files
 * @param suffix of the names, and {@code inUsePrefix} and {@code inUseSuffix} while a file is open
 * @param rollInterval after which a file is closed; zero for never
 * @param rollSize in bytes of bodies; 0 for never
 * @param rollCount in events; 0 for never
 * @param idleTimeout after which a file without new events is closed; zero for never
 * @param callTimeout after which one call is given up
 * @param retryInterval between attempts to close what could not be closed
 * @param proxyUser on whose behalf; empty for the one who runs the agent
 */
record HdfsSettings(
        BucketPath folder,
        BucketPath prefix,
        String suffix,
        String inUsePrefix,
        String inUseSuffix,
        Duration rollInterval,
        long rollSize,
        long rollCount,
        Duration idleTimeout,
        int batchSize,
        int maxOpenFiles,
        Duration callTimeout,
        Duration retryInterval,
        String proxyUser,
        EventFormat format) {

    /** Reads them; what is wrong goes to {@link Settings#problem}. */
    static HdfsSettings read(Settings settings, InstantSource clock) {
        BucketPath.Time time = time(settings, clock);
        EventFormat format = format(settings, clock);
        atLeast(settings, "hdfs.batchSize", 1);
        atLeast(settings, "hdfs.maxOpenFiles", 1);
        atLeast(settings, "hdfs.callTimeout", 1);
        for (String key : new String[] {"hdfs.rollInterval", "hdfs.rollSize", "hdfs.rollCount", "hdfs.idleTimeout"}) {
            atLeast(settings, key, 0);
        }
        boolean hasNoSuffix = settings.isTrue("hdfs.emptyInUseSuffix");
        String inUsePrefix = settings.text("hdfs.inUsePrefix");
        String inUseSuffix = hasNoSuffix ? "" : settings.text("hdfs.inUseSuffix");
        if (inUsePrefix.isEmpty() && inUseSuffix.isEmpty()) {
            settings.problem(
                    hasNoSuffix ? "hdfs.emptyInUseSuffix" : "hdfs.inUseSuffix",
                    "a file that is being written would have the name of one that is complete",
                    "set hdfs.inUsePrefix, for example to _");
        }
        return new HdfsSettings(
                BucketPath.parse(
                        settings.text("hdfs.path"), time, (wrong, fix) -> settings.problem("hdfs.path", wrong, fix)),
                BucketPath.parse(
                        settings.text("hdfs.filePrefix"),
                        time,
                        (wrong, fix) -> settings.problem("hdfs.filePrefix", wrong, fix)),
                settings.text("hdfs.fileSuffix").isEmpty() ? format.suffix() : settings.text("hdfs.fileSuffix"),
                inUsePrefix,
                inUseSuffix,
                settings.seconds("hdfs.rollInterval"),
                settings.number("hdfs.rollSize"),
                settings.number("hdfs.rollCount"),
                settings.seconds("hdfs.idleTimeout"),
                settings.integer("hdfs.batchSize"),
                settings.integer("hdfs.maxOpenFiles"),
                settings.millis("hdfs.callTimeout"),
                settings.seconds("hdfs.retryInterval"),
                settings.text("hdfs.proxyUser"),
                format);
    }

    private static void atLeast(Settings settings, String key, long least) {
        if (settings.number(key) < least) {
            settings.problem(key, "less than " + least, "use " + least + " or more");
        }
    }

    private static BucketPath.Time time(Settings settings, InstantSource clock) {
        ZoneId zone = ZoneId.systemDefault();
        String named = settings.text("hdfs.timeZone");
        if (!named.isEmpty()) {
            try {
                zone = ZoneId.of(named, ZoneId.SHORT_IDS);
            } catch (DateTimeException unknown) {
                settings.problem("hdfs.timeZone", "no time zone", "use a name such as Europe/Brussels or UTC");
            }
        }
        ChronoUnit unit = null;
        int multiple = 1;
        if (settings.isTrue("hdfs.round")) {
            unit = switch (settings.text("hdfs.roundUnit").toLowerCase(Locale.ROOT)) {
                case "hour" -> ChronoUnit.HOURS;
                case "minute" -> ChronoUnit.MINUTES;
                default -> ChronoUnit.SECONDS;
            };
            multiple = settings.integer("hdfs.roundValue");
            int most = unit == ChronoUnit.HOURS ? 24 : 60;
            if (multiple < 1 || multiple > most) {
                settings.problem("hdfs.roundValue", "not between 1 and " + most, "use a number that divides " + most);
                multiple = 1;
            }
        }
        return new BucketPath.Time(zone, unit, multiple, settings.isTrue("hdfs.useLocalTimeStamp"), clock);
    }

    private static EventFormat format(Settings settings, InstantSource clock) {
        CompressionCodec codec = codec(settings);
        String type = settings.text("hdfs.fileType").toLowerCase(Locale.ROOT);
        if (type.equals("sequencefile")) {
            return new SequenceFormat(settings.text("hdfs.writeFormat").equalsIgnoreCase("Text"), codec, clock);
        }
        if (type.equals("datastream") && codec != null) {
            settings.problem(
                    "hdfs.codeC",
                    "a DataStream is not compressed",
                    "leave it out, or set hdfs.fileType = CompressedStream");
        }
        if (type.equals("compressedstream") && settings.text("hdfs.codeC").isEmpty()) {
            settings.problem(
                    "hdfs.fileType", "a CompressedStream needs a codec", "set hdfs.codeC, for example to gzip");
        }
        return new StreamFormat(
                type.equals("datastream") ? null : codec,
                settings.text("serializer").equalsIgnoreCase("HEADER_AND_TEXT"),
                settings.isTrue("serializer.appendNewline"));
    }

    private static @Nullable CompressionCodec codec(Settings settings) {
        String name = settings.text("hdfs.codeC");
        if (name.isEmpty() || name.equalsIgnoreCase("none")) {
            return null;
        }
        try {
            CompressionCodec codec = new CompressionCodecFactory(new Configuration()).getCodecByName(name);
            if (codec != null) {
                codec.createOutputStream(java.io.OutputStream.nullOutputStream())
                        .close();
                return codec;
            }
            settings.problem("hdfs.codeC", "no such codec", "use gzip, bzip2 or deflate");
        } catch (java.io.IOException | RuntimeException | LinkageError unusable) {
            settings.problem(
                    "hdfs.codeC",
                    "this codec cannot be used on this machine: " + unusable.getMessage(),
                    "use gzip, bzip2 or deflate");
        }
        return null;
    }
}
