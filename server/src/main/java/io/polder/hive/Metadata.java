package io.polder.hive;

import io.polder.sql.Catalog;
import io.polder.sql.HiveType;
import io.polder.sql.ImpalaFunctions;
import io.polder.sql.Relation;
import io.polder.sql.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the calls about catalogues, schemas, tables and columns answer, in the columns that JDBC prescribes. */
final class Metadata {
    private static final HiveType STRING = HiveType.of(HiveType.Kind.STRING);
    private static final HiveType INT = HiveType.of(HiveType.Kind.INT);
    private static final HiveType SMALLINT = HiveType.of(HiveType.Kind.SMALLINT);
    private static final HiveType BOOLEAN = HiveType.of(HiveType.Kind.BOOLEAN);
    private static final Long NULLABLE = 1L;

    private final Catalog catalog;

    Metadata(Catalog catalog) {
        this.catalog = catalog;
    }

    Rows catalogs() {
        return Rows.of(List.of(text("TABLE_CAT")), List.of());
    }

    Rows schemas(@Nullable String pattern) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        if (matches(pattern, Session.DEFAULT)) {
            rows.add(Arrays.asList(Session.DEFAULT, ""));
        }
        return Rows.of(List.of(text("TABLE_SCHEM"), text("TABLE_CATALOG")), rows);
    }

    Rows tableTypes() {
        return Rows.of(List.of(text("TABLE_TYPE")), List.of(List.of("TABLE"), List.of("VIEW")));
    }

    Rows tables(@Nullable String schema, @Nullable String table, List<String> types) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Relation relation : relations(schema, table)) {
            String type = relation.isView() ? "VIEW" : "TABLE";
            if (types.isEmpty() || types.contains(type)) {
                rows.add(Arrays.asList("", Session.DEFAULT, relation.name(), type, "", null, null, null, null, null));
            }
        }
        return Rows.of(
                List.of(
                        text("TABLE_CAT"),
                        text("TABLE_SCHEM"),
                        text("TABLE_NAME"),
                        text("TABLE_TYPE"),
                        text("REMARKS"),
                        text("TYPE_CAT"),
                        text("TYPE_SCHEM"),
                        text("TYPE_NAME"),
                        text("SELF_REFERENCING_COL_NAME"),
                        text("REF_GENERATION")),
                rows);
    }

    Rows columns(@Nullable String schema, @Nullable String table, @Nullable String column) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Relation relation : relations(schema, table)) {
            long position = 0;
            for (Relation.Column each : relation.columns()) {
                position++;
                if (!matches(column, each.name())) {
                    continue;
                }
                HiveType type = each.type();
                boolean isKey = relation.key().contains(each.name());
                rows.add(Arrays.asList(
                        "",
                        Session.DEFAULT,
                        relation.name(),
                        each.name(),
                        (long) Types.jdbc(type),
                        type.kind().name(),
                        (long) Types.size(type),
                        null,
                        type.kind() == HiveType.Kind.DECIMAL ? Long.valueOf(type.scale()) : null,
                        10L,
                        isKey ? 0L : NULLABLE,
                        "",
                        null,
                        null,
                        null,
                        null,
                        position,
                        isKey ? "NO" : "YES",
                        null,
                        null,
                        null,
                        null,
                        "NO"));
            }
        }
        return Rows.of(
                List.of(
                        text("TABLE_CAT"),
                        text("TABLE_SCHEM"),
                        text("TABLE_NAME"),
                        text("COLUMN_NAME"),
                        number("DATA_TYPE"),
                        text("TYPE_NAME"),
                        number("COLUMN_SIZE"),
                        number("BUFFER_LENGTH"),
                        number("DECIMAL_DIGITS"),
                        number("NUM_PREC_RADIX"),
                        number("NULLABLE"),
                        text("REMARKS"),
                        text("COLUMN_DEF"),
                        number("SQL_DATA_TYPE"),
                        number("SQL_DATETIME_SUB"),
                        number("CHAR_OCTET_LENGTH"),
                        number("ORDINAL_POSITION"),
                        text("IS_NULLABLE"),
                        text("SCOPE_CATALOG"),
                        text("SCOPE_SCHEMA"),
                        text("SCOPE_TABLE"),
                        new Relation.Column("SOURCE_DATA_TYPE", SMALLINT),
                        text("IS_AUTO_INCREMENT")),
                rows);
    }

    Rows primaryKeys(@Nullable String schema, @Nullable String table) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Relation relation : relations(schema, table)) {
            long position = 0;
            for (String column : relation.key()) {
                rows.add(Arrays.asList(
                        "", Session.DEFAULT, relation.name(), column, ++position, relation.name() + "_key"));
            }
        }
        return Rows.of(
                List.of(
                        text("TABLE_CAT"),
                        text("TABLE_SCHEM"),
                        text("TABLE_NAME"),
                        text("COLUMN_NAME"),
                        number("KEY_SEQ"),
                        text("PK_NAME")),
                rows);
    }

    /** There are no foreign keys. */
    Rows crossReference() {
        return Rows.of(
                List.of(
                        text("PKTABLE_CAT"),
                        text("PKTABLE_SCHEM"),
                        text("PKTABLE_NAME"),
                        text("PKCOLUMN_NAME"),
                        text("FKTABLE_CAT"),
                        text("FKTABLE_SCHEM"),
                        text("FKTABLE_NAME"),
                        text("FKCOLUMN_NAME"),
                        number("KEY_SEQ"),
                        number("UPDATE_RULE"),
                        number("DELETE_RULE"),
                        text("FK_NAME"),
                        text("PK_NAME"),
                        number("DEFERRABILITY")),
                List.of());
    }

    Rows functions(@Nullable String pattern) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (String name : ImpalaFunctions.names()) {
            if (matches(pattern, name)) {
                rows.add(Arrays.asList("", "", name, "", 0L, name));
            }
        }
        return Rows.of(
                List.of(
                        text("FUNCTION_CAT"),
                        text("FUNCTION_SCHEM"),
                        text("FUNCTION_NAME"),
                        text("REMARKS"),
                        number("FUNCTION_TYPE"),
                        text("SPECIFIC_NAME")),
                rows);
    }

    Rows typeInfo() {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (HiveType.Kind kind : HiveType.Kind.values()) {
            if (kind == HiveType.Kind.BINARY) {
                continue;
            }
            HiveType type = kind == HiveType.Kind.DECIMAL ? new HiveType(kind, 38, 18) : HiveType.of(kind);
            boolean isText = kind == HiveType.Kind.STRING;
            rows.add(Arrays.asList(
                    kind.name(),
                    (long) Types.jdbc(type),
                    (long) Types.size(type),
                    isText ? "'" : null,
                    isText ? "'" : null,
                    null,
                    NULLABLE,
                    isText ? 1L : 0L,
                    3L,
                    0L,
                    0L,
                    0L,
                    null,
                    0L,
                    kind == HiveType.Kind.DECIMAL ? 38L : 0L,
                    null,
                    null,
                    10L));
        }
        return Rows.of(
                List.of(
                        text("TYPE_NAME"),
                        number("DATA_TYPE"),
                        number("PRECISION"),
                        text("LITERAL_PREFIX"),
                        text("LITERAL_SUFFIX"),
                        text("CREATE_PARAMS"),
                        new Relation.Column("NULLABLE", SMALLINT),
                        new Relation.Column("CASE_SENSITIVE", BOOLEAN),
                        new Relation.Column("SEARCHABLE", SMALLINT),
                        new Relation.Column("UNSIGNED_ATTRIBUTE", BOOLEAN),
                        new Relation.Column("FIXED_PREC_SCALE", BOOLEAN),
                        new Relation.Column("AUTO_INCREMENT", BOOLEAN),
                        text("LOCAL_TYPE_NAME"),
                        new Relation.Column("MINIMUM_SCALE", SMALLINT),
                        new Relation.Column("MAXIMUM_SCALE", SMALLINT),
                        number("SQL_DATA_TYPE"),
                        number("SQL_DATETIME_SUB"),
                        number("NUM_PREC_RADIX")),
                rows);
    }

    private List<Relation> relations(@Nullable String schema, @Nullable String table) {
        if (!matches(schema, Session.DEFAULT) && !matches(schema, "main")) {
            return List.of();
        }
        return catalog.relations().stream()
                .filter(relation -> matches(table, relation.name()))
                .toList();
    }

    /** JDBC's patterns have % and _, Impala's * and regular expressions .*; null and nothing stand for all. */
    static boolean matches(@Nullable String pattern, String name) {
        if (pattern == null || pattern.isEmpty()) {
            return true;
        }
        StringBuilder expression = new StringBuilder();
        for (int index = 0; index < pattern.length(); index++) {
            char character = pattern.charAt(index);
            if (character == '\\' && index + 1 < pattern.length()) {
                index++;
                expression.append(Pattern.quote(String.valueOf(pattern.charAt(index))));
            } else if (character == '.' && index + 1 < pattern.length() && pattern.charAt(index + 1) == '*') {
                index++;
                expression.append(".*");
            } else if (character == '%' || character == '*') {
                expression.append(".*");
            } else if (character == '_') {
                expression.append('.');
            } else {
                expression.append(Pattern.quote(String.valueOf(character)));
            }
        }
        return Pattern.compile(expression.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL)
                .matcher(name.toLowerCase(Locale.ROOT))
                .matches();
    }

    static Relation.Column text(String name) {
        return new Relation.Column(name, STRING);
    }

    private static Relation.Column number(String name) {
        return new Relation.Column(name, INT);
    }
}
