package io.polder.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: our own warnings to the terminal, everything from INFO on to a file of the home once there is one.
 *
 * <p>Found by Logback as a service. In code and not in a file because the file's place is only known when the home is,
 * and reading XML would cost a tenth of the start. {@code -Dlogback.configurationFile=…} takes its place.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    /** Libraries whose ordinary messages say nothing to somebody who runs a mart. */
    private static final List<String> TALKATIVE =
            List.of("kafka", "org.apache.kafka", "state.change.logger", "org.eclipse.jetty", "io.javalin");

    private static final String FILE_BYTES = "10MB";
    private static final int OLD_FILES = 4;

    @Override
    public ExecutionStatus configure(LoggerContext logback) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        logback.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        TALKATIVE.forEach(name -> logback.getLogger(name).setLevel(Level.WARN));
        ConsoleAppender<ILoggingEvent> terminal = new ConsoleAppender<>();
        terminal.setContext(logback);
        terminal.setTarget("System.err");
        terminal.setEncoder(encoder(logback, "polder: %msg [%level]%n%nopex"));
        ThresholdFilter warnings = new ThresholdFilter();
        warnings.setLevel(Level.WARN.toString());
        warnings.start();
        terminal.addFilter(warnings);
        terminal.start();
        logback.getLogger("io.polder").addAppender(terminal);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Writes to {@code folder/polder.log} too; at most five files of 10 MB are kept. */
    static void toFolder(Path folder) {
        LoggerContext logback = (LoggerContext) LoggerFactory.getILoggerFactory();
        RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
        file.setContext(logback);
        file.setFile(folder.resolve("polder.log").toString());
        file.setEncoder(encoder(logback, "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %-5level %logger{20} - %msg%kvp%n"));
        FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
        window.setContext(logback);
        window.setParent(file);
        window.setFileNamePattern(folder.resolve("polder.%i.log").toString());
        window.setMinIndex(1);
        window.setMaxIndex(OLD_FILES);
        window.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(logback);
        size.setMaxFileSize(FileSize.valueOf(FILE_BYTES));
        size.start();
        file.setRollingPolicy(window);
        file.setTriggeringPolicy(size);
        file.start();
        logback.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(file);
    }

    private static PatternLayoutEncoder encoder(LoggerContext logback, String pattern) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(logback);
        encoder.setPattern(pattern);
        encoder.start();
        return encoder;
    }
}
