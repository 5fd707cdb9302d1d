package io.polder.hive;

import io.polder.query.Chunk;
import io.polder.sql.Relation;
import java.util.List;
import org.apache.hive.service.rpc.thrift.TRowSet;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TList;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TStruct;
import org.apache.thrift.protocol.TType;

/** The rows that one call fetches, by columns, in the place of the generated class. For one thread. */
final class Page extends TRowSet {
    private static final long serialVersionUID = 1L;
    private static final TStruct STRUCT = new TStruct("TRowSet");

    private final long start;
    private final transient List<ColumnPage> columns;
    private int rows;

    Page(long start, List<Relation.Column> columns) {
        super(start, List.of());
        this.start = start;
        this.columns =
                columns.stream().map(column -> new ColumnPage(column.type())).toList();
    }

    void add(Chunk chunk, int from, int to) {
        for (int index = 0; index < columns.size(); index++) {
            columns.get(index).add(chunk.column(index), from, to);
        }
        rows += to - from;
    }

    int rows() {
        return rows;
    }

    long bytes() {
        return columns.stream().mapToLong(ColumnPage::length).sum();
    }

    @Override
    public void write(TProtocol protocol) throws TException {
        protocol.writeStructBegin(STRUCT);
        protocol.writeFieldBegin(new TField("startRowOffset", TType.I64, (short) 1));
        protocol.writeI64(start);
        protocol.writeFieldEnd();
        protocol.writeFieldBegin(new TField("rows", TType.LIST, (short) 2));
        protocol.writeListBegin(new TList(TType.STRUCT, 0));
        protocol.writeListEnd();
        protocol.writeFieldEnd();
        protocol.writeFieldBegin(new TField("columns", TType.LIST, (short) 3));
        protocol.writeListBegin(new TList(TType.STRUCT, columns.size()));
        for (ColumnPage column : columns) {
            column.write(protocol);
        }
        protocol.writeListEnd();
        protocol.writeFieldEnd();
        protocol.writeFieldStop();
        protocol.writeStructEnd();
    }
}
