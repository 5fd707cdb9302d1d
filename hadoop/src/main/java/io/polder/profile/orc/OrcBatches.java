package io.polder.profile.orc;

import io.polder.record.ErrorCode;
import io.polder.record.PolderException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.orc.OrcFile;
import org.apache.orc.Reader;
import org.apache.orc.RecordReader;
import org.apache.orc.StripeInformation;
import org.apache.orc.TypeDescription;
import org.apache.orc.storage.ql.exec.vector.ColumnVector;
import org.apache.orc.storage.ql.exec.vector.VectorizedRowBatch;

/** A file's rows, a batch at a time. A stripe is in Java's memory as a whole while its rows are read. For one thread. */
final class OrcBatches extends ArrowReader {
    private static final int ROWS = 4_096;

    private final Reader file;
    private final RecordReader rows;
    private final VectorizedRowBatch batch;
    private final List<OrcColumn> columns;

    private OrcBatches(
            BufferAllocator memory, Reader file, RecordReader rows, VectorizedRowBatch batch, List<OrcColumn> columns) {
        super(memory);
        this.file = file;
        this.rows = rows;
        this.batch = batch;
        this.columns = columns;
    }

    static OrcBatches open(Path path, BufferAllocator memory) throws IOException {
        Configuration none = new Configuration(false);
        // Not by Hadoop's way to a file system, which asks who the user is, and leaves it open.
        RawLocalFileSystem files = new RawLocalFileSystem();
        files.initialize(files.getUri(), none);
        Reader file = OrcFile.createReader(
                new org.apache.hadoop.fs.Path(path.toUri()),
                OrcFile.readerOptions(none)
                        .filesystem(files)
                        .useUTCTimestamp(true)
                        .convertToProlepticGregorian(true));
        try {
            refuseLargerThanMemory(path, file.getStripes());
            TypeDescription type = file.getSchema();
            return new OrcBatches(memory, file, file.rows(), type.createRowBatch(ROWS), columns(type));
        } catch (IOException | RuntimeException broken) {
            file.close();
            throw broken;
        }
    }

    private static void refuseLargerThanMemory(Path path, List<StripeInformation> stripes) {
        long largest =
                stripes.stream().mapToLong(StripeInformation::getLength).max().orElse(0);
        long room = Runtime.getRuntime().maxMemory() / 2;
        if (largest > room) {
            throw new PolderException(
                    ErrorCode.UNAVAILABLE,
                    path + ": has a stripe of " + (largest >> 20) + " MiB, and Java has room for one of " + (room >> 20)
                            + ". Fix: give it more, as with POLDER_JAVA_OPTS=-Xmx" + (largest * 5 / 2 >> 20) + "m");
        }
    }

    private static List<OrcColumn> columns(TypeDescription type) {
        if (type.getCategory() != TypeDescription.Category.STRUCT) {
            return List.of(OrcColumn.of("value", type));
        }
        List<OrcColumn> columns = new ArrayList<>();
        for (int at = 0; at < type.getChildren().size(); at++) {
            columns.add(OrcColumn.of(
                    type.getFieldNames().get(at), type.getChildren().get(at)));
        }
        return columns;
    }

    @Override
    protected Schema readSchema() {
        return new Schema(columns.stream()
                .map(column -> new Field(column.name(), FieldType.nullable(column.type()), null))
                .toList());
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (!rows.nextBatch(batch)) {
            return false;
        }
        List<FieldVector> vectors = getVectorSchemaRoot().getFieldVectors();
        for (int at = 0; at < columns.size(); at++) {
            fill(vectors.get(at), batch.cols[at], columns.get(at), batch.size);
        }
        getVectorSchemaRoot().setRowCount(batch.size);
        return true;
    }

    private static void fill(FieldVector to, ColumnVector from, OrcColumn column, int rows) throws IOException {
        // The last batch may still be somebody's.
        to.clear();
        to.setInitialCapacity(rows);
        to.allocateNew();
        for (int row = 0; row < rows; row++) {
            int at = from.isRepeating ? 0 : row;
            if (from.noNulls || !from.isNull[at]) {
                column.copy().value(from, at, to, row);
            }
        }
        to.setValueCount(rows);
    }

    /** Not counted: nobody asks. */
    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() throws IOException {
        try (file) {
            rows.close();
        }
    }
}
