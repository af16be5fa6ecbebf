package io.github.duckpool.internal.pool;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** The parameters that are plain values. */
abstract class ParameterValues extends ParameterStreams {

    ParameterValues(LentConnection connection, PreparedStatement raw) {
        super(connection, raw);
    }

    @Override
    public final void setNull(int index, int type) throws SQLException {
        set(s -> s.setNull(index, type));
    }

    @Override
    public final void setBoolean(int index, boolean x) throws SQLException {
        set(s -> s.setBoolean(index, x));
    }

    @Override
    public final void setByte(int index, byte x) throws SQLException {
        set(s -> s.setByte(index, x));
    }

    @Override
    public final void setShort(int index, short x) throws SQLException {
        set(s -> s.setShort(index, x));
    }

    @Override
    public final void setInt(int index, int x) throws SQLException {
        set(s -> s.setInt(index, x));
    }

    @Override
    public final void setLong(int index, long x) throws SQLException {
        set(s -> s.setLong(index, x));
    }

    @Override
    public final void setFloat(int index, float x) throws SQLException {
        set(s -> s.setFloat(index, x));
    }

    @Override
    public final void setDouble(int index, double x) throws SQLException {
        set(s -> s.setDouble(index, x));
    }

    @Override
    public final void setBigDecimal(int index, @Nullable BigDecimal x) throws SQLException {
        set(s -> s.setBigDecimal(index, x));
    }

    @Override
    public final void setString(int index, @Nullable String x) throws SQLException {
        set(s -> s.setString(index, x));
    }

    @Override
    public final void setBytes(int index, byte @Nullable [] x) throws SQLException {
        set(s -> s.setBytes(index, x));
    }

    @Override
    public final void setDate(int index, @Nullable Date x) throws SQLException {
        set(s -> s.setDate(index, x));
    }

    @Override
    public final void setTime(int index, @Nullable Time x) throws SQLException {
        set(s -> s.setTime(index, x));
    }

    @Override
    public final void setTimestamp(int index, @Nullable Timestamp x) throws SQLException {
        set(s -> s.setTimestamp(index, x));
    }

    @Override
    public final void setObject(int index, @Nullable Object x, int type) throws SQLException {
        set(s -> TargetTypes.bind(s, index, x, type));
    }

    @Override
    public final void setObject(int index, @Nullable Object x) throws SQLException {
        set(s -> TargetTypes.bind(s, index, x));
    }

    @Override
    public final void setArray(int index, @Nullable Array x) throws SQLException {
        set(s -> s.setArray(index, x));
    }

    @Override
    public final void setDate(int index, @Nullable Date x, @Nullable Calendar calendar) throws SQLException {
        set(s -> s.setDate(index, x, calendar));
    }

    @Override
    public final void setTime(int index, @Nullable Time x, @Nullable Calendar calendar) throws SQLException {
        set(s -> s.setTime(index, x, calendar));
    }

    @Override
    public final void setTimestamp(int index, @Nullable Timestamp x, @Nullable Calendar calendar) throws SQLException {
        set(s -> s.setTimestamp(index, x, calendar));
    }

    @Override
    public final void setNull(int index, int type, @Nullable String typeName) throws SQLException {
        set(s -> s.setNull(index, type, typeName));
    }

    @Override
    public final void setNString(int index, @Nullable String x) throws SQLException {
        set(s -> s.setNString(index, x));
    }

    @Override
    public final void setObject(int index, @Nullable Object x, int type, int scaleOrLength) throws SQLException {
        set(s -> TargetTypes.bind(s, index, x, type, scaleOrLength));
    }

    @Override
    public final void setObject(int index, @Nullable Object x, SQLType type, int scaleOrLength) throws SQLException {
        set(s -> TargetTypes.bind(s, index, x, type.getVendorTypeNumber(), scaleOrLength));
    }

    @Override
    public final void setObject(int index, @Nullable Object x, SQLType type) throws SQLException {
        set(s -> TargetTypes.bind(s, index, x, type.getVendorTypeNumber()));
    }
}
