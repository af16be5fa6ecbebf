package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.pool.ConnectionDelegates.Call;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads columns by index; the hot ones without a lambda. */
abstract class GettersByIndex extends GettersByLabel {

    abstract ResultSet raw() throws SQLException;

    /**
     * What to throw for an exception of the driver. It has many ways to stumble over a result that was taken from under a call,
     * unchecked ones among them, and whoever was cut off is told so whichever it was.
     */
    abstract SQLException failed(Exception e);

    abstract <T extends @Nullable Object> T ask(Call<ResultSet, T> call) throws SQLException;

    @Override
    public final @Nullable String getString(int index) throws SQLException {
        try {
            return raw().getString(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final boolean getBoolean(int index) throws SQLException {
        try {
            return raw().getBoolean(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final byte getByte(int index) throws SQLException {
        try {
            return raw().getByte(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final short getShort(int index) throws SQLException {
        try {
            return raw().getShort(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final int getInt(int index) throws SQLException {
        try {
            return raw().getInt(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final long getLong(int index) throws SQLException {
        try {
            return raw().getLong(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final float getFloat(int index) throws SQLException {
        try {
            return raw().getFloat(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final double getDouble(int index) throws SQLException {
        try {
            return raw().getDouble(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    @Deprecated
    public final @Nullable BigDecimal getBigDecimal(int index, int scale) throws SQLException {
        return ask(rows -> rows.getBigDecimal(index, scale));
    }

    @Override
    public final byte @Nullable [] getBytes(int index) throws SQLException {
        return ask(rows -> rows.getBytes(index));
    }

    @Override
    public final @Nullable Date getDate(int index) throws SQLException {
        return ask(rows -> rows.getDate(index));
    }

    @Override
    public final @Nullable Time getTime(int index) throws SQLException {
        return ask(rows -> rows.getTime(index));
    }

    @Override
    public final @Nullable Timestamp getTimestamp(int index) throws SQLException {
        return ask(rows -> rows.getTimestamp(index));
    }

    @Override
    public final @Nullable InputStream getAsciiStream(int index) throws SQLException {
        return ask(rows -> rows.getAsciiStream(index));
    }

    @Override
    @Deprecated
    public final @Nullable InputStream getUnicodeStream(int index) throws SQLException {
        return ask(rows -> rows.getUnicodeStream(index));
    }

    @Override
    public final @Nullable InputStream getBinaryStream(int index) throws SQLException {
        return ask(rows -> rows.getBinaryStream(index));
    }

    @Override
    public final @Nullable Object getObject(int index) throws SQLException {
        try {
            return raw().getObject(index);
        } catch (SQLException | RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public final @Nullable Reader getCharacterStream(int index) throws SQLException {
        return ask(rows -> rows.getCharacterStream(index));
    }

    @Override
    public final @Nullable BigDecimal getBigDecimal(int index) throws SQLException {
        return ask(rows -> rows.getBigDecimal(index));
    }

    @Override
    public final @Nullable Object getObject(int index, Map<String, Class<?>> map) throws SQLException {
        return ask(rows -> rows.getObject(index, map));
    }

    @Override
    public final @Nullable Ref getRef(int index) throws SQLException {
        return ask(rows -> rows.getRef(index));
    }

    @Override
    public final @Nullable Blob getBlob(int index) throws SQLException {
        return ask(rows -> rows.getBlob(index));
    }

    @Override
    public final @Nullable Clob getClob(int index) throws SQLException {
        return ask(rows -> rows.getClob(index));
    }

    @Override
    public final @Nullable Array getArray(int index) throws SQLException {
        return ask(rows -> rows.getArray(index));
    }

    @Override
    public final @Nullable Date getDate(int index, @Nullable Calendar calendar) throws SQLException {
        return ask(rows -> rows.getDate(index, calendar));
    }

    @Override
    public final @Nullable Time getTime(int index, @Nullable Calendar calendar) throws SQLException {
        return ask(rows -> rows.getTime(index, calendar));
    }

    @Override
    public final @Nullable Timestamp getTimestamp(int index, @Nullable Calendar calendar) throws SQLException {
        return ask(rows -> rows.getTimestamp(index, calendar));
    }

    @Override
    public final @Nullable URL getURL(int index) throws SQLException {
        return ask(rows -> rows.getURL(index));
    }

    @Override
    public final @Nullable RowId getRowId(int index) throws SQLException {
        return ask(rows -> rows.getRowId(index));
    }

    @Override
    public final @Nullable NClob getNClob(int index) throws SQLException {
        return ask(rows -> rows.getNClob(index));
    }

    @Override
    public final @Nullable SQLXML getSQLXML(int index) throws SQLException {
        return ask(rows -> rows.getSQLXML(index));
    }

    @Override
    public final @Nullable String getNString(int index) throws SQLException {
        return ask(rows -> rows.getNString(index));
    }

    @Override
    public final @Nullable Reader getNCharacterStream(int index) throws SQLException {
        return ask(rows -> rows.getNCharacterStream(index));
    }

    @Override
    public final <T> @Nullable T getObject(int index, Class<T> type) throws SQLException {
        return ask(rows -> rows.getObject(index, type));
    }
}
