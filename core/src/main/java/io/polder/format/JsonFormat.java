package io.polder.format;

import io.polder.record.Columns;
import io.polder.record.Field;
import io.polder.record.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON: see {@link Formats#json}. */
final class JsonFormat implements Format {
    private final Schema schema;
    private final JsonOptions options;
    private final JsonTree tree;

    JsonFormat(List<Field> fields, JsonOptions options) {
        Paths.require(Paths.problems(
                fields, JsonTree::steps, "write members joined by points, places in arrays in brackets: a.b[0]"));
        this.schema = new Schema(fields);
        this.options = options;
        this.tree = JsonTree.of(fields.stream().map(Field::path).toList());
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Splitter splitter(List<String> key) {
        return new JsonSplitter(readers(Paths.places(schema, key)));
    }

    @Override
    public Decoder decoder() {
        int[] all = new int[schema.size()];
        for (int place = 0; place < all.length; place++) {
            all[place] = place;
        }
        return new JsonDecoder(tree, readers(all));
    }

    private FieldReader[] readers(int[] places) {
        return FieldReader.of(schema, places, options.nulls(), '.');
    }

    /** Notes where the fields' values stand in one pass, then reads each. */
    private static final class JsonDecoder implements Decoder {
        private final JsonTree tree;
        private final FieldReader[] readers;
        private final JsonScanner scanner;
        private final ByteBuilder unescaped = new ByteBuilder();

        JsonDecoder(JsonTree tree, FieldReader[] readers) {
            this.tree = tree;
            this.readers = readers;
            this.scanner = new JsonScanner(readers.length);
        }

        @Override
        public @Nullable String decode(byte[] value, int from, int length, byte[] context, Columns into) {
            int to = from + length;
            scanner.reset(value, to);
            int start = scanner.skipBlank(from);
            int after = scanner.scan(start, tree);
            if (after < 0) {
                return "Malformed JSON at byte " + (scanner.faultAt() - from + 1) + ": " + scanner.fault() + ".";
            }
            if (value[start] != '{') {
                return "Not a JSON object but " + JsonSplitter.kind(value[start]) + ".";
            }
            int rest = scanner.skipBlank(after);
            if (rest < to) {
                return "Malformed JSON at byte " + (rest - from + 1) + ": something follows the object.";
            }
            for (int slot = 0; slot < readers.length; slot++) {
                int at = scanner.start(slot);
                if (at < 0) {
                    continue;
                }
                String reason = read(readers[slot], value, at, scanner.end(slot), into);
                if (reason != null) {
                    into.undoRow();
                    return reason;
                }
            }
            into.endRow();
            return null;
        }

        private @Nullable String read(FieldReader reader, byte[] value, int from, int to, Columns into) {
            return switch (value[from]) {
                case '"' -> {
                    if (JsonSplitter.hasEscape(value, from + 1, to - 1)) {
                        unescaped.clear();
                        JsonScanner.unescape(value, from + 1, to - 1, unescaped);
                        yield reader.read(unescaped.array(), 0, unescaped.length(), into);
                    }
                    yield reader.read(value, from + 1, to - 1, into);
                }
                case 'n' -> null;
                case '{', '[' ->
                    reader.isText()
                            ? reader.read(value, from, to, into)
                            : reader.wrongKind(JsonSplitter.kind(value[from]));
                default -> reader.read(value, from, to, into);
            };
        }
    }
}
