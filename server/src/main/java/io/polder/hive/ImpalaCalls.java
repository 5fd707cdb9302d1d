package io.polder.hive;

import io.polder.record.PolderException;
import java.util.Objects;
import org.apache.hive.service.rpc.thrift.TCLIService;
import org.apache.hive.service.rpc.thrift.THandleIdentifier;
import org.apache.hive.service.rpc.thrift.TOperationHandle;
import org.apache.hive.service.rpc.thrift.TStatus;
import org.apache.thrift.TException;
import org.apache.thrift.TProcessor;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TMessage;
import org.apache.thrift.protocol.TMessageType;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TProtocolDecorator;
import org.apache.thrift.protocol.TProtocolUtil;
import org.apache.thrift.protocol.TStruct;
import org.apache.thrift.protocol.TType;
import org.jspecify.annotations.Nullable;

/**
 * Answers three calls that Impala has beside those of HiveServer2, by hand, and hands on the others: GetLog, from which
 * Superset reads how far a query is, GetRuntimeProfile, from which impyla reads how many rows were changed, and
 * CloseImpalaOperation, with which it closes.
 */
final class ImpalaCalls implements TProcessor {
    private static final TStruct STRUCT = new TStruct("");

    private final Service service;
    private final TProcessor others;

    ImpalaCalls(Service service) {
        this.service = service;
        others = new TCLIService.Processor<>(service);
    }

    @Override
    public void process(TProtocol in, TProtocol out) throws TException {
        TMessage message = in.readMessageBegin();
        switch (message.name) {
            case "GetLog" -> {
                @Nullable THandleIdentifier operation = readOperation(in);
                answer(out, message, () -> service.log(Objects.requireNonNull(operation)));
            }
            case "GetRuntimeProfile" -> {
                @Nullable THandleIdentifier operation = readOperation(in);
                answer(out, message, () -> service.profile(Objects.requireNonNull(operation)));
            }
            case "CloseImpalaOperation" -> {
                @Nullable THandleIdentifier operation = readOperation(in);
                answer(out, message, () -> {
                    service.close(Objects.requireNonNull(operation));
                    return null;
                });
            }
            default -> others.process(new Read(in, message), out);
        }
    }

    /** All take one struct, whose first field is the operation. */
    private static @Nullable THandleIdentifier readOperation(TProtocol in) throws TException {
        @Nullable THandleIdentifier found = null;
        in.readStructBegin();
        for (TField field = in.readFieldBegin(); field.type != TType.STOP; field = in.readFieldBegin()) {
            if (field.id == 1 && field.type == TType.STRUCT) {
                found = readRequest(in);
            } else {
                TProtocolUtil.skip(in, field.type);
            }
            in.readFieldEnd();
        }
        in.readStructEnd();
        in.readMessageEnd();
        return found;
    }

    private static @Nullable THandleIdentifier readRequest(TProtocol in) throws TException {
        @Nullable THandleIdentifier found = null;
        in.readStructBegin();
        for (TField field = in.readFieldBegin(); field.type != TType.STOP; field = in.readFieldBegin()) {
            if (field.id == 1 && field.type == TType.STRUCT) {
                TOperationHandle handle = new TOperationHandle();
                handle.read(in);
                found = handle.getOperationId();
            } else {
                TProtocolUtil.skip(in, field.type);
            }
            in.readFieldEnd();
        }
        in.readStructEnd();
        return found;
    }

    private interface Answer {
        @Nullable
        String text();
    }

    private static void answer(TProtocol out, TMessage message, Answer answer) throws TException {
        TStatus status = Problems.ok();
        @Nullable String text = null;
        try {
            text = answer.text();
        } catch (PolderException told) {
            status = Problems.of(told);
        }
        out.writeMessageBegin(new TMessage(message.name, TMessageType.REPLY, message.seqid));
        out.writeStructBegin(STRUCT);
        out.writeFieldBegin(new TField("success", TType.STRUCT, (short) 0));
        out.writeStructBegin(STRUCT);
        out.writeFieldBegin(new TField("status", TType.STRUCT, (short) 1));
        status.write(out);
        out.writeFieldEnd();
        if (text != null) {
            out.writeFieldBegin(new TField("text", TType.STRING, (short) 2));
            out.writeString(text);
            out.writeFieldEnd();
        }
        out.writeFieldStop();
        out.writeStructEnd();
        out.writeFieldEnd();
        out.writeFieldStop();
        out.writeStructEnd();
        out.writeMessageEnd();
        out.getTransport().flush();
    }

    /** A protocol whose message has begun. */
    private static final class Read extends TProtocolDecorator {
        private final TMessage message;

        private Read(TProtocol in, TMessage message) {
            super(in);
            this.message = message;
        }

        @Override
        public TMessage readMessageBegin() {
            return message;
        }
    }
}
