package io.polder.hive;

import io.polder.query.Chunk;
import io.polder.sql.HiveType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    /** The longest time: its size, a date of any year that the engine has, and the time of day. */
    private static final int TIMESTAMP_BYTES = 40;

    private static final VarHandle SHORTS = bigEndian(short[].class);
    private static final VarHandle INTEGERS = bigEndian(int[].class);
    private static final VarHandle LONGS = bigEndian(long[].class);

    private static VarHandle bigEndian(Class<?> numbers) {
        return MethodHandles.byteArrayViewVarHandle(numbers, ByteOrder.BIG_ENDIAN);
    }

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
        if (column.nulls() != null) {
            for (int row = from; row < to; row++) {
                if (column.isNull(row)) {
                    setNull(rows + row - from);
                }
            }
        }
        rows += to - from;
        // Room is made once and not for each value: this is the loop over every value of a long result.
        if (form == Form.STRING) {
            strings(column, from, to);
        } else {
            reserve((to - from) * Long.BYTES);
            length = numbers(column, from, to);
        }
    }

    /** Says where they end. */
    private int numbers(Chunk.Column column, int from, int to) {
        byte[] into = values;
        int at = length;
        switch (form) {
            case BOOL, BYTE -> {
                for (int row = from; row < to; row++) {
                    into[at++] = (byte) whole(column, row);
                }
            }
            case I16 -> {
                for (int row = from; row < to; row++, at += Short.BYTES) {
                    SHORTS.set(into, at, (short) whole(column, row));
                }
            }
            case I32 -> {
                for (int row = from; row < to; row++, at += Integer.BYTES) {
                    INTEGERS.set(into, at, (int) whole(column, row));
                }
            }
            case I64 -> {
                for (int row = from; row < to; row++, at += Long.BYTES) {
                    LONGS.set(into, at, whole(column, row));
                }
            }
            case DOUBLE -> {
                for (int row = from; row < to; row++, at += Double.BYTES) {
                    LONGS.set(into, at, column.isNull(row) ? 0 : Double.doubleToRawLongBits(column.realAt(row)));
                }
            }
            case STRING -> throw new IllegalStateException("not numbers");
        }
        return at;
    }

    /** Zero where there is none. */
    private static long whole(Chunk.Column column, int row) {
        if (column.isNull(row)) {
            return 0;
        }
        if (column.held() == Chunk.Held.WHOLE) {
            return column.wholeAt(row);
        }
        // Beyond 64 bits it wraps around, as it does in Impala.
        return new BigInteger(column.textAt(row)).longValue();
    }

    private void strings(Chunk.Column column, int from, int to) {
        if (column.held() == Chunk.Held.TEXT) {
            texts(column, from, to);
            return;
        }
        reserve((to - from) * TIMESTAMP_BYTES);
        for (int row = from; row < to; row++) {
            if (column.isNull(row)) {
                size(0);
            } else if (kind == HiveType.Kind.TIMESTAMP) {
                timestamp(column.wholeAt(row));
            } else {
                date(column.wholeAt(row));
            }
        }
    }

    private void texts(Chunk.Column column, int from, int to) {
        int[] offsets = column.offsets();
        byte[] bytes = column.bytes();
        reserve((to - from) * Integer.BYTES + offsets[to] - offsets[from]);
        for (int row = from; row < to; row++) {
            if (column.isNull(row)) {
                size(0);
            } else {
                size(offsets[row + 1] - offsets[row]);
                raw(bytes, offsets[row], offsets[row + 1] - offsets[row]);
            }
        }
    }

    private void date(long days) {
        findDay(days);
        size(dayText.length);
        raw(dayText, 0, dayText.length);
    }

    /** As Impala writes it: nine digits behind the second, or none. */
    private void timestamp(long micros) {
        long seconds = Math.floorDiv(micros, MICROS);
        int fraction = (int) Math.floorMod(micros, MICROS);
        findDay(Math.floorDiv(seconds, (long) SECONDS_A_DAY));
        int second = (int) Math.floorMod(seconds, (long) SECONDS_A_DAY);
        size(dayText.length + (fraction == 0 ? 9 : 19));
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

    private void one(int value) {
        values[length++] = (byte) value;
    }

    private void size(int bytes) {
        INTEGERS.set(values, length, bytes);
        length += Integer.BYTES;
    }

    private void raw(byte[] bytes, int start, int count) {
        System.arraycopy(bytes, start, values, length, count);
        length += count;
    }

    /** Makes room; what writes values does not look whether there is any. */
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
