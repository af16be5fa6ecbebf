package io.github.duckpool.internal.pool;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import org.jspecify.annotations.Nullable;

/** Results are read-only: every update by column index says so. */
abstract class UpdatesByIndex implements ResultSet {

    static SQLException readOnly() {
        return ConnectionDelegates.unsupported("updating a result");
    }

    @Override
    public final void updateNull(int index) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBoolean(int index, boolean x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateByte(int index, byte x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateShort(int index, short x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateInt(int index, int x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateLong(int index, long x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateFloat(int index, float x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateDouble(int index, double x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBigDecimal(int index, @Nullable BigDecimal x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateString(int index, @Nullable String x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBytes(int index, byte @Nullable [] x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateDate(int index, @Nullable Date x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateTime(int index, @Nullable Time x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateTimestamp(int index, @Nullable Timestamp x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateAsciiStream(int index, @Nullable InputStream x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBinaryStream(int index, @Nullable InputStream x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateCharacterStream(int index, @Nullable Reader x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(int index, @Nullable Object x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(int index, @Nullable Object x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateRef(int index, @Nullable Ref x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBlob(int index, @Nullable Blob x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateClob(int index, @Nullable Clob x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateArray(int index, @Nullable Array x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateRowId(int index, @Nullable RowId x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNString(int index, @Nullable String x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNClob(int index, @Nullable NClob x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateSQLXML(int index, @Nullable SQLXML x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNCharacterStream(int index, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateAsciiStream(int index, @Nullable InputStream x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBinaryStream(int index, @Nullable InputStream x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateCharacterStream(int index, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBlob(int index, @Nullable InputStream x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateClob(int index, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNClob(int index, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNCharacterStream(int index, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateAsciiStream(int index, @Nullable InputStream x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBinaryStream(int index, @Nullable InputStream x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateCharacterStream(int index, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBlob(int index, @Nullable InputStream x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateClob(int index, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNClob(int index, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(int index, @Nullable Object x, @Nullable SQLType type, int length)
            throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(int index, @Nullable Object x, @Nullable SQLType type) throws SQLException {
        throw readOnly();
    }
}
