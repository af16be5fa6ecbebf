package io.github.duckpool.internal.write;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * What an appender may be given for one column. An appender converts nothing, and takes some values for another type without a
 * word; an INSERT casts. So only values that mean exactly the same to both are accepted here, and all others are left to an
 * INSERT. Immutable.
 */
final class ColumnType {
    private static final Pattern DECIMAL = Pattern.compile("DECIMAL\\((\\d+),\\s*(\\d+)\\)");

    /** The types an appender is used for, and all others. */
    private enum Kind {
        BOOLEAN,
        TINYINT,
        SMALLINT,
        INTEGER,
        BIGINT,
        FLOAT,
        DOUBLE,
        DECIMAL,
        VARCHAR,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMP_WITH_TIME_ZONE,
        UUID,
        BLOB,
        OTHER;

        static Kind of(String typeName) {
            for (Kind kind : values()) {
                if (kind != OTHER && kind.name().replace('_', ' ').equals(typeName)) {
                    return kind;
                }
            }
            return OTHER;
        }
    }

    private final Kind kind;
    private final String name;
    private final int precision;
    private final int scale;

    /** Makes the type with this name, as DuckDB's catalog writes it. */
    ColumnType(String typeName) {
        Matcher decimal = DECIMAL.matcher(typeName);
        boolean isDecimal = decimal.matches();
        this.name = isDecimal ? "DECIMAL" : typeName;
        this.kind = Kind.of(name);
        this.precision = isDecimal ? Integer.parseInt(decimal.group(1)) : 0;
        this.scale = isDecimal ? Integer.parseInt(decimal.group(2)) : 0;
    }

    /** Whether an appender does the same with this value as an INSERT. */
    boolean accepts(@Nullable Object value) {
        if (value == null) {
            return true;
        }
        return switch (kind) {
            case BOOLEAN -> value instanceof Boolean;
            case TINYINT -> isWithin(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT -> isWithin(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> isWithin(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> isWithin(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> value instanceof Float;
            case DOUBLE -> value instanceof Double || value instanceof Float;
            case DECIMAL ->
                value instanceof BigDecimal number
                        && number.scale() <= scale
                        && number.precision() - number.scale() <= precision - scale;
            case VARCHAR -> value instanceof String;
            case DATE -> value instanceof LocalDate;
            case TIME -> value instanceof LocalTime;
            case TIMESTAMP -> value instanceof LocalDateTime;
            case TIMESTAMP_WITH_TIME_ZONE -> value instanceof OffsetDateTime;
            case UUID -> value instanceof UUID;
            case BLOB -> value instanceof byte[];
            case OTHER -> false;
        };
    }

    /**
     * Whether an appender would take this value without a word for a column whose type has changed, and store something else:
     * a negative number for an unsigned one, bytes for a text.
     */
    static boolean isDelicate(@Nullable Object value) {
        return value instanceof byte[] || (value != null && isIntegral(value) && ((Number) value).longValue() < 0);
    }

    private static boolean isIntegral(Object value) {
        return value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte;
    }

    private static boolean isWithin(Object value, long min, long max) {
        if (!isIntegral(value)) {
            return false;
        }
        long number = ((Number) value).longValue();
        return number >= min && number <= max;
    }

    /** Appends a value that is accepted. */
    void append(DuckDBAppender appender, @Nullable Object value) throws SQLException {
        if (value == null) {
            appender.appendNull();
            return;
        }
        switch (kind) {
            case BOOLEAN -> appender.append((boolean) (Boolean) value);
            case TINYINT -> appender.append(((Number) value).byteValue());
            case SMALLINT -> appender.append(((Number) value).shortValue());
            case INTEGER -> appender.append(((Number) value).intValue());
            case BIGINT -> appender.append(((Number) value).longValue());
            case FLOAT -> appender.append((float) (Float) value);
            case DOUBLE -> appender.append(((Number) value).doubleValue());
            case DECIMAL -> appender.append(((BigDecimal) value).setScale(scale));
            case VARCHAR -> appender.append((String) value);
            case DATE -> appender.append((LocalDate) value);
            case TIME -> appender.append((LocalTime) value);
            case TIMESTAMP -> appender.append((LocalDateTime) value);
            case TIMESTAMP_WITH_TIME_ZONE -> appender.append((OffsetDateTime) value);
            case UUID -> appender.append((UUID) value);
            case BLOB -> appender.append((byte[]) value);
            case OTHER -> throw new IllegalStateException("a value must be accepted before it is appended, to " + name);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ColumnType type
                && type.name.equals(name)
                && type.precision == precision
                && type.scale == scale;
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + scale;
    }

    @Override
    public String toString() {
        return name.equals("DECIMAL") ? "DECIMAL(" + precision + "," + scale + ")" : name;
    }
}
