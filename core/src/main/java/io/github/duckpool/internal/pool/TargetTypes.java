package io.github.duckpool.internal.pool;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/**
 * Binds values by their target type where the driver does not. Its {@code setObject(int, Object, int)} refuses dates, times,
 * binary and national character types, and makes a {@code DOUBLE} of a {@code NUMERIC}; its {@code setObject(int, Object)}
 * refuses the classes of time that JDBC and frameworks pass. DuckDB itself casts what is bound to the type it needs.
 */
final class TargetTypes {
    private TargetTypes() {}

    static void bind(PreparedStatement statement, int index, @Nullable Object x) throws SQLException {
        statement.setObject(index, accepted(x));
    }

    static void bind(PreparedStatement statement, int index, @Nullable Object x, int type) throws SQLException {
        switch (type) {
            case Types.DATE -> statement.setObject(index, date(x));
            case Types.TIME -> statement.setObject(index, time(x));
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> statement.setObject(index, accepted(x), type);
            case Types.NCHAR, Types.NVARCHAR, Types.LONGNVARCHAR, Types.CLOB, Types.NCLOB ->
                statement.setObject(index, x, Types.VARCHAR);
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB, Types.OTHER, Types.JAVA_OBJECT ->
                statement.setObject(index, accepted(x));
            case Types.NUMERIC -> {
                if (x instanceof BigDecimal) {
                    statement.setObject(index, x);
                } else {
                    statement.setObject(index, x, type);
                }
            }
            default -> statement.setObject(index, x, type);
        }
    }

    /** Binds a number with so many digits after the point; for other types the driver's length says nothing. */
    static void bind(PreparedStatement statement, int index, @Nullable Object x, int type, int scale)
            throws SQLException {
        boolean decimal = type == Types.DECIMAL || type == Types.NUMERIC;
        bind(
                statement,
                index,
                decimal && x instanceof BigDecimal d ? d.setScale(scale, RoundingMode.HALF_UP) : x,
                type);
    }

    /** The same value in a class that the driver knows. */
    @SuppressWarnings("JavaUtilDate") // callers bind it, JDBC 4.2 says how
    private static @Nullable Object accepted(@Nullable Object x) {
        if (x instanceof Instant instant) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        if (x instanceof ZonedDateTime time) {
            return time.toOffsetDateTime();
        }
        if (x instanceof Calendar calendar) {
            return new Timestamp(calendar.getTimeInMillis());
        }
        if (x instanceof java.util.Date date && date.getClass() == java.util.Date.class) {
            return new Timestamp(date.getTime());
        }
        return x instanceof Character ? x.toString() : x;
    }

    private static @Nullable Object date(@Nullable Object x) {
        if (x instanceof Date date) {
            return date.toLocalDate();
        }
        if (x instanceof Timestamp timestamp) {
            return timestamp.toLocalDateTime().toLocalDate();
        }
        return x instanceof String text ? LocalDate.parse(text.strip()) : x;
    }

    private static @Nullable Object time(@Nullable Object x) {
        if (x instanceof Time time) {
            return time.toLocalTime();
        }
        return x instanceof String text ? LocalTime.parse(text.strip()) : x;
    }
}
