package io.polder.hive;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hive.service.rpc.thrift.TStatus;
import org.apache.hive.service.rpc.thrift.TStatusCode;

/** Failures as the protocol tells them. */
final class Problems {
    private static final Pattern NO_TABLE = Pattern.compile("there is no table '([^']*)'");

    private Problems() {}

    static TStatus ok() {
        return new TStatus(TStatusCode.SUCCESS_STATUS);
    }

    static TStatus of(PolderException failure) {
        TStatus status = new TStatus(TStatusCode.ERROR_STATUS);
        status.setErrorMessage(message(failure));
        status.setSqlState(sqlState(failure.code()));
        status.setErrorCode(failure.code().httpStatus());
        Matcher noTable = NO_TABLE.matcher(message(failure));
        if (noTable.find()) {
            // By these words SQLAlchemy's dialects tell that a table is not there.
            status.setInfoMessages(List.of("SemanticException: Table not found " + noTable.group(1)));
        }
        return status;
    }

    static String message(PolderException failure) {
        return String.valueOf(failure.getMessage());
    }

    static String sqlState(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST, INVALID_DEFINITION, UNSUPPORTED_MEDIA, KEY_REUSED -> "42000";
            case NOT_FOUND -> "42S02";
            case TIMED_OUT -> "HYT00";
            case CONFLICT -> "HY008";
            case TOO_LARGE, UNAVAILABLE -> "53000";
            case RESTART -> "08S01";
            case INTERNAL -> "HY000";
        };
    }
}
