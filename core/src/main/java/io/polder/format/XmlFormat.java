package io.polder.format;

import io.polder.record.ErrorCode;
import io.polder.record.Field;
import io.polder.record.PolderException;
import io.polder.record.Problem;
import io.polder.record.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** XML with a repeated element: see {@link Formats#xml}. */
final class XmlFormat implements Format {
    private final Schema schema;
    private final XmlOptions options;
    private final List<String> record;

    /** The places in the schema of the fields inside the record, and of those outside. */
    private final int[] inside;

    private final int[] outside;
    private final XmlTree insideTree;
    private final XmlTree outsideTree;
    private final List<String> outsidePaths;

    XmlFormat(List<Field> fields, XmlOptions options) {
        List<Problem> problems = new ArrayList<>();
        record = recordSteps(options.record(), problems);
        problems.addAll(Paths.problems(
                fields,
                this::checkPath,
                "write elements joined by slashes, relative to the record: rekendata/bezettingsgraad, @unieke_id,"
                        + " meetdata[@klasse_id=2]/verkeersintensiteit; or from the root, with a slash in front"));
        Paths.checkDecimal(options.decimal(), problems);
        Paths.require(problems);
        this.schema = new Schema(fields);
        this.options = options;
        inside = places(field -> !isAbsolute(field.path()));
        outside = places(field -> isAbsolute(field.path()));
        insideTree = XmlTree.of(paths(inside));
        outsidePaths = paths(outside);
        outsideTree =
                XmlTree.of(outsidePaths.stream().map(path -> path.substring(1)).toList());
    }

    private static List<String> recordSteps(String path, List<Problem> problems) {
        String wrong = "";
        try {
            List<XmlTree.Step> steps = XmlTree.steps(path.startsWith("/") ? path.substring(1) : path);
            if (!steps.isEmpty() && steps.stream().noneMatch(step -> step.isAttribute() || step.condition() != null)) {
                return steps.stream().map(XmlTree.Step::name).toList();
            }
            wrong = "not a path of elements";
        } catch (IllegalArgumentException malformed) {
            wrong = String.valueOf(malformed.getMessage());
        }
        problems.add(new Problem(
                "format.record",
                path,
                wrong,
                "name the elements from the root to the repeated one, as in miv/meetpunt"));
        return List.of("_");
    }

    private void checkPath(String path) {
        if (!isAbsolute(path)) {
            XmlTree.steps(path);
            return;
        }
        List<XmlTree.Step> steps = XmlTree.steps(path.substring(1));
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a name is missing");
        }
        boolean isInRecord = steps.size() >= record.size()
                && IntStream.range(0, record.size()).allMatch(index -> isElement(steps.get(index), record.get(index)));
        if (isInRecord) {
            throw new IllegalArgumentException("it is absolute, but leads into the record");
        }
    }

    private static boolean isElement(XmlTree.Step step, String name) {
        return !step.isAttribute() && step.name().equals(name);
    }

    private static boolean isAbsolute(String path) {
        return path.startsWith("/");
    }

    private int[] places(Predicate<Field> condition) {
        return IntStream.range(0, schema.size())
                .filter(place -> condition.test(schema.fields().get(place)))
                .toArray();
    }

    private List<String> paths(int[] places) {
        return IntStream.of(places)
                .mapToObj(place -> schema.fields().get(place).path())
                .toList();
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Splitter splitter(List<String> key) {
        int[] places = Paths.places(schema, key);
        for (int place : places) {
            Field field = schema.fields().get(place);
            if (isAbsolute(field.path())) {
                throw new PolderException(
                        ErrorCode.INVALID_DEFINITION,
                        List.of(new Problem(
                                "key",
                                field.name(),
                                "stands outside of the record, so every event of a document would have the same",
                                "use fields of the record")));
            }
        }
        return new XmlSplitter(record, readers(places), XmlTree.of(paths(places)), outsidePaths, outsideTree);
    }

    @Override
    public Decoder decoder() {
        return new XmlDecoder(
                record.get(record.size() - 1), readers(inside), insideTree, readers(outside), outsidePaths);
    }

    private FieldReader[] readers(int[] places) {
        return FieldReader.of(schema, places, options.nulls(), options.decimal());
    }
}
