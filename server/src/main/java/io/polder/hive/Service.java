package io.polder.hive;

import io.polder.query.Execution;
import io.polder.query.Queries;
import io.polder.query.Question;
import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import io.polder.sql.Catalog;
import io.polder.sql.Impala;
import io.polder.sql.Session;
import io.polder.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.hive.service.rpc.thrift.*;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of one client, one after the other. */
final class Service implements TCLIService.Iface {
    private static final Logger LOGGER = LoggerFactory.getLogger(Service.class);

    /** A statement that is over so soon is told so at once. */
    private static final long QUICK_MILLISECONDS = 50;
    /** A client that asks how far a statement is waits so long for its end, in place of asking again. */
    private static final long LONG_POLL_MILLISECONDS = 100;
    /** How often a call that waits looks whether its client is still there. */
    private static final long LOOK_MILLISECONDS = 500;

    private static final int DEFAULT_FETCH_ROWS = 10_000;
    private static final long MAX_FETCH_ROWS = 100_000;
    private static final String FETCH_SIZE = "hive.server2.thrift.resultset.default.fetch.size";
    private static final Set<String> TIMEOUTS = Set.of("query_timeout_s", "hive.query.timeout.seconds");

    private final Queries queries;
    private final ToLongFunction<Statement.Write> writes;
    private final Catalog catalog;
    private final ZoneId timezone;
    private final Metadata metadata;
    private final Sessions sessions;
    private final Executor threads;
    private final String version;
    private final InstantSource clock;
    private final BooleanSupplier isGone;
    private final Set<String> opened = ConcurrentHashMap.newKeySet();

    /** @param isGone looks whether the client has left; only asked on the thread that serves it */
    Service(
            Queries queries,
            ToLongFunction<Statement.Write> writes,
            Catalog catalog,
            Sessions sessions,
            Executor threads,
            String version,
            ZoneId timezone,
            InstantSource clock,
            BooleanSupplier isGone) {
        this.queries = queries;
        this.writes = writes;
        this.catalog = catalog;
        this.timezone = timezone;
        this.sessions = sessions;
        this.threads = threads;
        this.version = version;
        this.clock = clock;
        this.isGone = isGone;
        metadata = new Metadata(catalog);
    }

    /** The client has left: what it ran is of use to nobody. */
    void gone() {
        opened.forEach(sessions::closeSession);
    }

    // ---- sessions

    @Override
    public TOpenSessionResp OpenSession(TOpenSessionReq request) {
        TOpenSessionResp response = new TOpenSessionResp();
        response.setServerProtocolVersion(TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10);
        response.setStatus(status(() -> {
            TProtocolVersion agreed = agreed(request.getClient_protocol());
            HiveSession session = new HiveSession(
                    Sessions.newName(), agreed, configured(request.getConfiguration()), clock.instant());
            sessions.add(session);
            opened.add(session.id());
            response.setServerProtocolVersion(agreed);
            response.setSessionHandle(new TSessionHandle(Sessions.identifier(session.id())));
            response.setConfiguration(Map.of(FETCH_SIZE, Integer.toString(DEFAULT_FETCH_ROWS)));
        }));
        return response;
    }

    private static TProtocolVersion agreed(@Nullable TProtocolVersion asked) {
        TProtocolVersion newest = TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10;
        if (asked == null || asked.getValue() >= newest.getValue()) {
            return newest;
        }
        if (asked.getValue() < TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V6.getValue()) {
            throw new PolderException(
                    ErrorCode.INVALID_REQUEST,
                    "The client speaks " + asked + ", which has no columns. Fix: take a client of Hive 0.13 or later");
        }
        return asked;
    }

    /** hive-jdbc sends the database as {@code use:database} and settings as {@code set:hiveconf:name}. */
    private Session configured(@Nullable Map<String, String> configuration) {
        Session session = Session.start(timezone);
        if (configuration == null) {
            return session;
        }
        for (var entry : configuration.entrySet()) {
            String name = entry.getKey();
            if (name.equals("use:database")) {
                Statement use = Impala.translate("USE `" + entry.getValue() + "`", session, catalog);
                if (use instanceof Statement.Change change) {
                    session = change.session();
                }
            } else {
                String option = name.substring(name.lastIndexOf(':') + 1);
                if (option.matches("[A-Za-z_]{1,60}")) {
                    session = session.set(option, entry.getValue());
                }
            }
        }
        return session;
    }

    @Override
    public TCloseSessionResp CloseSession(TCloseSessionReq request) {
        return new TCloseSessionResp(status(() -> {
            HiveSession session = session(request.getSessionHandle());
            sessions.closeSession(session.id());
            opened.remove(session.id());
        }));
    }

    private HiveSession session(TSessionHandle handle) {
        return sessions.session(handle.getSessionId());
    }

    // ---- statements

    @Override
    public TExecuteStatementResp ExecuteStatement(TExecuteStatementReq request) {
        TExecuteStatementResp response = new TExecuteStatementResp();
        response.setStatus(status(() -> {
            HiveSession session = session(request.getSessionHandle());
            Operation operation = operation(session, request);
            String name = Sessions.newName();
            sessions.add(name, session, operation);
            boolean isOver = operation.await(QUICK_MILLISECONDS);
            while (!isOver && request.isSetRunAsync() && !request.isRunAsync()) {
                isOver = operation.await(LOOK_MILLISECONDS);
                if (!isOver && isGone.getAsBoolean()) {
                    gone();
                }
            }
            PolderException problem = operation.problem();
            if (problem != null) {
                sessions.close(Sessions.identifier(name));
                throw problem;
            }
            response.setOperationHandle(handle(name, TOperationType.EXECUTE_STATEMENT, operation.hasRows()));
        }));
        return response;
    }

    private Operation operation(HiveSession session, TExecuteStatementReq request) {
        Statement statement = Impala.translate(request.getStatement(), session.session(), catalog);
        if (statement instanceof Statement.Query query) {
            return run(session, request, Question.of(session.id(), query.text(), false));
        }
        if (statement instanceof Statement.Explain explain) {
            return run(session, request, Question.of(session.id(), explain.text(), true));
        }
        if (statement instanceof Statement.Listing listing) {
            return Operation.done(session.id(), Rows.of(listing.columns(), listing.rows()), clock);
        }
        if (statement instanceof Statement.Change change) {
            session.change(change.session());
            return Operation.done(session.id(), null, clock);
        }
        if (statement instanceof Statement.Write write) {
            return Operation.write(session.id(), () -> writes.applyAsLong(write), threads, clock);
        }
        throw new IllegalStateException("No such statement: " + statement);
    }

    private Operation run(HiveSession session, TExecuteStatementReq request, Question question) {
        Question bounded = question;
        if (request.isSetQueryTimeout() && request.getQueryTimeout() > 0) {
            bounded = bounded.withTimeout(Duration.ofSeconds(request.getQueryTimeout()));
        } else {
            Optional<Duration> timeout = timeout(session.session());
            bounded = timeout.map(question::withTimeout).orElse(question);
        }
        Execution execution = queries.begin(bounded);
        return Operation.begin(session.id(), execution, threads, clock);
    }

    private static Optional<Duration> timeout(Session session) {
        return session.options().entrySet().stream()
                .filter(option -> TIMEOUTS.contains(option.getKey()))
                .map(Map.Entry::getValue)
                .filter(value -> value.matches("[1-9]\\d{0,8}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .findFirst();
    }

    private static TOperationHandle handle(String name, TOperationType type, boolean hasRows) {
        return new TOperationHandle(Sessions.identifier(name), type, hasRows);
    }

    @Override
    public TGetOperationStatusResp GetOperationStatus(TGetOperationStatusReq request) {
        TGetOperationStatusResp response = new TGetOperationStatusResp();
        response.setStatus(status(() -> {
            Operation operation = operation(request.getOperationHandle());
            operation.await(LONG_POLL_MILLISECONDS);
            TOperationState state = operation.state();
            PolderException problem = operation.problem();
            if (state == TOperationState.TIMEDOUT_STATE && !knowsTimeouts(operation)) {
                state = TOperationState.ERROR_STATE;
            }
            response.setOperationState(state);
            if (problem != null) {
                response.setErrorMessage(Problems.message(problem));
                response.setSqlState(Problems.sqlState(problem.code()));
                response.setErrorCode(problem.code().httpStatus());
            }
            response.setHasResultSet(operation.hasRows());
            if (operation.changed() >= 0) {
                response.setNumModifiedRows(operation.changed());
            }
            response.setOperationStarted(operation.began().toEpochMilli());
            var completed = operation.completed();
            if (completed != null) {
                response.setOperationCompleted(completed.toEpochMilli());
            }
            if (request.isSetGetProgressUpdate() && request.isGetProgressUpdate()) {
                response.setProgressUpdateResponse(progress(operation, state));
            }
        }));
        return response;
    }

    private boolean knowsTimeouts(Operation operation) {
        HiveSession session = sessions.session(Sessions.identifier(operation.session()));
        return session.protocol().getValue() >= TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V8.getValue();
    }

    /** In the columns in which beeline shows the parts of a query; here there is one part. */
    private static TProgressUpdateResp progress(Operation operation, TOperationState state) {
        boolean isOver = state == TOperationState.FINISHED_STATE;
        String percent = Math.round(operation.progress() * 100) + " %";
        return new TProgressUpdateResp(
                List.of("VERTICES", "MODE", "STATUS", "TOTAL", "COMPLETED", "RUNNING", "PENDING", "FAILED", "KILLED"),
                List.of(Arrays.asList("Query", "", isOver ? "FINISHED" : "RUNNING", "100 %", percent, "", "", "", "")),
                operation.progress(),
                isOver ? TJobExecutionStatus.COMPLETE : TJobExecutionStatus.IN_PROGRESS,
                "Query: " + percent,
                operation.began().toEpochMilli());
    }

    private Operation operation(TOperationHandle handle) {
        return sessions.operation(handle.getOperationId());
    }

    @Override
    public TCancelOperationResp CancelOperation(TCancelOperationReq request) {
        return new TCancelOperationResp(
                status(() -> operation(request.getOperationHandle()).cancel()));
    }

    @Override
    public TCloseOperationResp CloseOperation(TCloseOperationReq request) {
        return new TCloseOperationResp(
                status(() -> sessions.close(request.getOperationHandle().getOperationId())));
    }

    @Override
    public TGetResultSetMetadataResp GetResultSetMetadata(TGetResultSetMetadataReq request) {
        TGetResultSetMetadataResp response = new TGetResultSetMetadataResp();
        response.setStatus(status(() -> {
            Operation operation = finished(request.getOperationHandle());
            response.setSchema(Types.schema(operation.columns()));
        }));
        return response;
    }

    @Override
    public TFetchResultsResp FetchResults(TFetchResultsReq request) {
        TFetchResultsResp response = new TFetchResultsResp();
        response.setStatus(status(() -> {
            if (request.getFetchType() == 1) {
                log(request, response);
                return;
            }
            Operation operation = finished(request.getOperationHandle());
            boolean isFromStart = request.getOrientation() == TFetchOrientation.FETCH_FIRST && operation.position() > 0;
            boolean isBackwards = request.getOrientation() == TFetchOrientation.FETCH_PRIOR;
            if (isFromStart || isBackwards) {
                throw new PolderException(
                        ErrorCode.INVALID_REQUEST,
                        "Rows are given once, from the first to the last. Fix: run the statement again");
            }
            long most = Math.max(1, Math.min(request.getMaxRows(), MAX_FETCH_ROWS));
            Operation.Fetched fetched = operation.fetch(most);
            response.setHasMoreRows(fetched.hasMore());
            response.setResults(fetched.page());
        }));
        return response;
    }

    /** Clients that ask for a log are told how far the statement is. */
    private void log(TFetchResultsReq request, TFetchResultsResp response) {
        Operation operation = operation(request.getOperationHandle());
        boolean isFirst = request.getOrientation() == TFetchOrientation.FETCH_FIRST;
        Rows lines = Rows.of(
                List.of(Metadata.text("Log")),
                isFirst || operation.completed() == null ? List.of(List.of(line(operation))) : List.of());
        Page page = new Page(0, lines.columns());
        var chunk = lines.next();
        if (chunk != null) {
            page.add(chunk, 0, chunk.rows());
        }
        response.setHasMoreRows(false);
        response.setResults(page);
    }

    /** A line in the form in which Impala tells how far a query is. */
    private static String line(Operation operation) {
        long percent = Math.round(operation.progress() * 100);
        return "Query: " + percent + "% Complete (" + percent + " out of 100)";
    }

    /** What Impala's own call GetLog answers. */
    String log(THandleIdentifier operation) {
        return line(sessions.operation(operation));
    }

    /** What Impala's own call GetRuntimeProfile answers: of its many lines those that clients read. */
    String profile(THandleIdentifier identifier) {
        long changed = sessions.changed(identifier);
        return changed < 0 ? "" : "NumModifiedRows: " + changed + "\nNumRowErrors: 0\n";
    }

    /** What Impala's own call CloseImpalaOperation does. */
    void close(THandleIdentifier operation) {
        sessions.close(operation);
    }

    /** Waits for the end, or for the client to leave. */
    private Operation finished(TOperationHandle handle) {
        Operation operation = operation(handle);
        while (!operation.await(LOOK_MILLISECONDS)) {
            if (isGone.getAsBoolean()) {
                gone();
            }
            operation.use();
        }
        return operation;
    }

    // ---- metadata

    private void list(
            TSessionHandle handle, TOperationType type, Consumer<TOperationHandle> take, Supplier<Rows> rows) {
        HiveSession session = session(handle);
        String name = Sessions.newName();
        sessions.add(name, session, Operation.done(session.id(), rows.get(), clock));
        take.accept(handle(name, type, true));
    }

    @Override
    public TGetTypeInfoResp GetTypeInfo(TGetTypeInfoReq request) {
        TGetTypeInfoResp response = new TGetTypeInfoResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_TYPE_INFO,
                response::setOperationHandle,
                metadata::typeInfo)));
        return response;
    }

    @Override
    public TGetCatalogsResp GetCatalogs(TGetCatalogsReq request) {
        TGetCatalogsResp response = new TGetCatalogsResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_CATALOGS,
                response::setOperationHandle,
                metadata::catalogs)));
        return response;
    }

    @Override
    public TGetSchemasResp GetSchemas(TGetSchemasReq request) {
        TGetSchemasResp response = new TGetSchemasResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_SCHEMAS,
                response::setOperationHandle,
                () -> metadata.schemas(request.getSchemaName()))));
        return response;
    }

    @Override
    public TGetTablesResp GetTables(TGetTablesReq request) {
        TGetTablesResp response = new TGetTablesResp();
        List<String> types = request.isSetTableTypes() ? request.getTableTypes() : List.of();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_TABLES,
                response::setOperationHandle,
                () -> metadata.tables(request.getSchemaName(), request.getTableName(), types))));
        return response;
    }

    @Override
    public TGetTableTypesResp GetTableTypes(TGetTableTypesReq request) {
        TGetTableTypesResp response = new TGetTableTypesResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_TABLE_TYPES,
                response::setOperationHandle,
                metadata::tableTypes)));
        return response;
    }

    @Override
    public TGetColumnsResp GetColumns(TGetColumnsReq request) {
        TGetColumnsResp response = new TGetColumnsResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_COLUMNS,
                response::setOperationHandle,
                () -> metadata.columns(request.getSchemaName(), request.getTableName(), request.getColumnName()))));
        return response;
    }

    @Override
    public TGetFunctionsResp GetFunctions(TGetFunctionsReq request) {
        TGetFunctionsResp response = new TGetFunctionsResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_FUNCTIONS,
                response::setOperationHandle,
                () -> metadata.functions(request.getFunctionName()))));
        return response;
    }

    @Override
    public TGetPrimaryKeysResp GetPrimaryKeys(TGetPrimaryKeysReq request) {
        TGetPrimaryKeysResp response = new TGetPrimaryKeysResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_TABLES,
                response::setOperationHandle,
                () -> metadata.primaryKeys(request.getSchemaName(), request.getTableName()))));
        return response;
    }

    @Override
    public TGetCrossReferenceResp GetCrossReference(TGetCrossReferenceReq request) {
        TGetCrossReferenceResp response = new TGetCrossReferenceResp();
        response.setStatus(status(() -> list(
                request.getSessionHandle(),
                TOperationType.GET_TABLES,
                response::setOperationHandle,
                metadata::crossReference)));
        return response;
    }

    @Override
    public TGetInfoResp GetInfo(TGetInfoReq request) {
        TGetInfoResp response = new TGetInfoResp();
        response.setInfoValue(TGetInfoValue.stringValue(""));
        response.setStatus(status(() -> {
            session(request.getSessionHandle());
            response.setInfoValue(
                    switch (request.getInfoType()) {
                        case CLI_SERVER_NAME, CLI_DBMS_NAME, CLI_DATA_SOURCE_NAME ->
                            TGetInfoValue.stringValue("Impala");
                        case CLI_DBMS_VER -> TGetInfoValue.stringValue("4.4.0 (Polder " + version + ")");
                        case CLI_IDENTIFIER_QUOTE_CHAR -> TGetInfoValue.stringValue("`");
                        case CLI_SEARCH_PATTERN_ESCAPE -> TGetInfoValue.stringValue("\\");
                        case CLI_ODBC_KEYWORDS -> TGetInfoValue.stringValue("");
                        case CLI_MAX_COLUMN_NAME_LEN,
                                CLI_MAX_TABLE_NAME_LEN,
                                CLI_MAX_SCHEMA_NAME_LEN,
                                CLI_MAX_IDENTIFIER_LEN -> TGetInfoValue.lenValue(128);
                        default ->
                            throw new PolderException(
                                    ErrorCode.INVALID_REQUEST,
                                    request.getInfoType() + " is not told. Fix: ask for CLI_DBMS_NAME or CLI_DBMS_VER");
                    });
        }));
        return response;
    }

    @Override
    public TGetQueryIdResp GetQueryId(TGetQueryIdReq request) {
        return new TGetQueryIdResp(Sessions.name(request.getOperationHandle().getOperationId()));
    }

    @Override
    public TSetClientInfoResp SetClientInfo(TSetClientInfoReq request) {
        return new TSetClientInfoResp(status(() -> session(request.getSessionHandle())));
    }

    // ---- what is not there

    private static TStatus unsupported(String what) {
        return Problems.of(
                new PolderException(ErrorCode.INVALID_REQUEST, what + " are not supported. Fix: connect without them"));
    }

    @Override
    public TGetDelegationTokenResp GetDelegationToken(TGetDelegationTokenReq request) {
        return new TGetDelegationTokenResp(unsupported("Delegation tokens"));
    }

    @Override
    public TCancelDelegationTokenResp CancelDelegationToken(TCancelDelegationTokenReq request) {
        return new TCancelDelegationTokenResp(unsupported("Delegation tokens"));
    }

    @Override
    public TRenewDelegationTokenResp RenewDelegationToken(TRenewDelegationTokenReq request) {
        return new TRenewDelegationTokenResp(unsupported("Delegation tokens"));
    }

    @Override
    public TUploadDataResp UploadData(TUploadDataReq request) {
        TUploadDataResp response = new TUploadDataResp();
        response.setStatus(unsupported("Uploads"));
        return response;
    }

    @Override
    public TDownloadDataResp DownloadData(TDownloadDataReq request) {
        TDownloadDataResp response = new TDownloadDataResp();
        response.setStatus(unsupported("Downloads"));
        return response;
    }

    /** Does it, and says how it went: every call tells its failure in its answer. */
    private static TStatus status(Runnable work) {
        try {
            work.run();
            return Problems.ok();
        } catch (PolderException told) {
            return Problems.of(told);
        } catch (RuntimeException bug) {
            LOGGER.error("A call of a client failed.", bug);
            return Problems.of(new PolderException(
                    ErrorCode.INTERNAL,
                    "It failed for a reason that is not yours; the log of the program has it. Fix: tell us",
                    bug));
        }
    }
}
