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
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import org.jspecify.annotations.Nullable;

/** Results are read-only: every update by column label, and of a whole row, says so. */
abstract class UpdatesByLabel extends UpdatesByIndex {
    @Override
    public final void updateNull(String label) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBoolean(String label, boolean x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateByte(String label, byte x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateShort(String label, short x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateInt(String label, int x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateLong(String label, long x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateFloat(String label, float x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateDouble(String label, double x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBigDecimal(String label, @Nullable BigDecimal x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateString(String label, @Nullable String x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBytes(String label, byte @Nullable [] x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateDate(String label, @Nullable Date x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateTime(String label, @Nullable Time x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateTimestamp(String label, @Nullable Timestamp x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateAsciiStream(String label, @Nullable InputStream x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBinaryStream(String label, @Nullable InputStream x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateCharacterStream(String label, @Nullable Reader x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(String label, @Nullable Object x, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(String label, @Nullable Object x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateRef(String label, @Nullable Ref x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBlob(String label, @Nullable Blob x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateClob(String label, @Nullable Clob x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateArray(String label, @Nullable Array x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateRowId(String label, @Nullable RowId x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNString(String label, @Nullable String x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNClob(String label, @Nullable NClob x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateSQLXML(String label, @Nullable SQLXML x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNCharacterStream(String label, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateAsciiStream(String label, @Nullable InputStream x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBinaryStream(String label, @Nullable InputStream x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateCharacterStream(String label, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBlob(String label, @Nullable InputStream x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateClob(String label, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNClob(String label, @Nullable Reader x, long length) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNCharacterStream(String label, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateAsciiStream(String label, @Nullable InputStream x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBinaryStream(String label, @Nullable InputStream x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateCharacterStream(String label, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateBlob(String label, @Nullable InputStream x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateClob(String label, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateNClob(String label, @Nullable Reader x) throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(String label, @Nullable Object x, @Nullable SQLType type, int length)
            throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateObject(String label, @Nullable Object x, @Nullable SQLType type) throws SQLException {
        throw readOnly();
    }

    @Override
    public final boolean rowUpdated() throws SQLException {
        throw readOnly();
    }

    @Override
    public final boolean rowInserted() throws SQLException {
        throw readOnly();
    }

    @Override
    public final boolean rowDeleted() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void insertRow() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void updateRow() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void deleteRow() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void refreshRow() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void cancelRowUpdates() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void moveToInsertRow() throws SQLException {
        throw readOnly();
    }

    @Override
    public final void moveToCurrentRow() throws SQLException {
        throw readOnly();
    }
}
