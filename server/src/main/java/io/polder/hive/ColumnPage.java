package io.polder.hive;

import io.polder.query.Chunk;
import io.polder.sql.HiveType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TList;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TStruct;
import org.apache.thrift.protocol.TType;

/**
 * One column of a page in the bytes in which it travels: the generated classes hold an object for each value, this
 * writes them from the arrays. For one thread.
 */
final class ColumnPage {
    /** How a type travels: the number of its field in TColumn, and what its values are. */
    private enum Form {
        BOOL(1, TType.BOOL),
        BYTE(2, TType.BYTE),
        I16(3, TType.I16),
        I32(4, TType.I32),
        I64(5, TType.I64),
        DOUBLE(6, TType.DOUBLE),
        STRING(7, TType.STRING);

        private final short field;
        private final byte type;

        Form(int field, byte type) {
            this.field = (short) field;
            this.type = type;
        }
    }

    private static final TStruct STRUCT = new TStruct("TColumn");
    private static final long MICROS = 1_000_000;
    private static final int SECONDS_A_DAY = 86_400;

    private final HiveType.Kind kind;
    private final Form form;
    private byte[] values = new byte[4_096];
    private int length;
    private byte[] nulls = new byte[128];
    private int rows;
    private long day = Long.MIN_VALUE;
    private byte[] dayText = new byte[0];

    ColumnPage(HiveType type) {
        kind = type.kind();
        form = switch (kind) {
            case BOOLEAN -> Form.BOOL;
            case TINYINT -> Form.BYTE;
            case SMALLINT -> Form.I16;
            case INT -> Form.I32;
            case BIGINT -> Form.I64;
            case FLOAT, DOUBLE -> Form.DOUBLE;
            case DECIMAL, STRING, TIMESTAMP, DATE, BINARY -> Form.STRING;
        };
    }

    /** Adds the values of some rows. */
    void add(Chunk.Column column, int from, int to) {
        for (int row = from; row < to; row++) {
            boolean isNull = column.isNull(row);
            if (isNull) {
                setNull(rows);
            }
            rows++;
            switch (form) {
                case BOOL, BYTE -> one(isNull ? 0 : whole(column, row));
                case I16 -> number(isNull ? 0 : whole(column, row), 2);
                case I32 -> number(isNull ? 0 : whole(column, row), 4);
                case I64 -> number(isNull ? 0 : whole(column, row), 8);
                case DOUBLE -> number(isNull ? 0 : Double.doubleToRawLongBits(column.realAt(row)), 8);
                case STRING -> string(column, row, isNull);
            }
        }
    }

    private static long whole(Chunk.Column column, int row) {
        if (column.held() == Chunk.Held.WHOLE) {
            return column.wholeAt(row);
        }
        // Beyond 64 bits it wraps around, as it does in Impala.
        return new BigInteger(column.textAt(row)).longValue();
    }

    private void string(Chunk.Column column, int row, boolean isNull) {
        if (isNull) {
            number(0, 4);
            return;
        }
        if (column.held() == Chunk.Held.WHOLE) {
            if (kind == HiveType.Kind.TIMESTAMP) {
                timestamp(column.wholeAt(row));
            } else {
                date(column.wholeAt(row));
            }
            return;
        }
        int start = column.offsets()[row];
        int size = column.offsets()[row + 1] - start;
        number(size, 4);
        raw(column.bytes(), start, size);
    }

    private void date(long days) {
        findDay(days);
        number(dayText.length, 4);
        raw(dayText, 0, dayText.length);
    }

    /** As Impala writes it: nine digits behind the second, or none. */
    private void timestamp(long micros) {
        long seconds = Math.floorDiv(micros, MICROS);
        int fraction = (int) Math.floorMod(micros, MICROS);
        findDay(Math.floorDiv(seconds, (long) SECONDS_A_DAY));
        int second = (int) Math.floorMod(seconds, (long) SECONDS_A_DAY);
        number(dayText.length + (fraction == 0 ? 9 : 19), 4);
        raw(dayText, 0, dayText.length);
        one(' ');
        two(second / 3_600);
        one(':');
        two(second / 60 % 60);
        one(':');
        two(second % 60);
        if (fraction != 0) {
            one('.');
            for (int divisor = 100_000; divisor > 0; divisor /= 10) {
                one('0' + fraction / divisor % 10);
            }
            one('0');
            one('0');
            one('0');
        }
    }

    /** Neighbours are mostly of one day. */
    private void findDay(long days) {
        if (day != days) {
            day = days;
            dayText = LocalDate.ofEpochDay(days).toString().getBytes(StandardCharsets.US_ASCII);
        }
    }

    private void two(int number) {
        one('0' + number / 10);
        one('0' + number % 10);
    }

    private void one(long value) {
        reserve(1);
        values[length++] = (byte) value;
    }

    private void number(long value, int bytes) {
        reserve(bytes);
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            values[length++] = (byte) (value >>> shift);
        }
    }

    private void raw(byte[] bytes, int start, int count) {
        reserve(count);
        System.arraycopy(bytes, start, values, length, count);
        length += count;
    }

    private void reserve(int more) {
        if (length + more > values.length) {
            values = Arrays.copyOf(values, Math.max(values.length * 2, length + more));
        }
    }

    private void setNull(int row) {
        int index = row >> 3;
        if (index >= nulls.length) {
            nulls = Arrays.copyOf(nulls, Math.max(index + 1, nulls.length * 2));
        }
        nulls[index] |= (byte) (1 << (row & 7));
    }

    /** How many bytes it has so far. */
    int length() {
        return length;
    }

    /** Writes a TColumn. */
    void write(TProtocol protocol) throws TException {
        protocol.writeStructBegin(STRUCT);
        protocol.writeFieldBegin(new TField("", TType.STRUCT, form.field));
        protocol.writeStructBegin(STRUCT);
        protocol.writeFieldBegin(new TField("values", TType.LIST, (short) 1));
        protocol.writeListBegin(new TList(form.type, rows));
        protocol.getTransport().write(values, 0, length);
        protocol.writeListEnd();
        protocol.writeFieldEnd();
        protocol.writeFieldBegin(new TField("nulls", TType.STRING, (short) 2));
        int bytes = (rows + 7) / 8;
        protocol.writeBinary(ByteBuffer.wrap(nulls.length < bytes ? Arrays.copyOf(nulls, bytes) : nulls, 0, bytes));
        protocol.writeFieldEnd();
        protocol.writeFieldStop();
        protocol.writeStructEnd();
        protocol.writeFieldEnd();
        protocol.writeFieldStop();
        protocol.writeStructEnd();
    }
}
