package io.github.duckpool.internal.pool;

import java.io.InputStream;
import java.io.Reader;
import java.net.URL;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import org.jspecify.annotations.Nullable;

/** The parameters that are read from streams or held by the database. */
abstract class ParameterStreams extends LentStatement implements PreparedStatement {

    /** Sets a parameter of the native statement. */
    @FunctionalInterface
    interface Setting {
        void on(PreparedStatement target) throws SQLException;
    }

    ParameterStreams(LentConnection connection, PreparedStatement raw) {
        super(connection, raw);
    }

    abstract void set(Setting setting) throws SQLException;

    @Override
    public final void setAsciiStream(int index, @Nullable InputStream x, int length) throws SQLException {
        set(s -> s.setAsciiStream(index, x, length));
    }

    @Override
    @Deprecated
    public final void setUnicodeStream(int index, @Nullable InputStream x, int length) throws SQLException {
        set(s -> s.setUnicodeStream(index, x, length));
    }

    @Override
    public final void setBinaryStream(int index, @Nullable InputStream x, int length) throws SQLException {
        set(s -> s.setBinaryStream(index, x, length));
    }

    @Override
    public final void setCharacterStream(int index, @Nullable Reader x, int length) throws SQLException {
        set(s -> s.setCharacterStream(index, x, length));
    }

    @Override
    public final void setRef(int index, @Nullable Ref x) throws SQLException {
        set(s -> s.setRef(index, x));
    }

    @Override
    public final void setBlob(int index, @Nullable Blob x) throws SQLException {
        set(s -> s.setBlob(index, x));
    }

    @Override
    public final void setClob(int index, @Nullable Clob x) throws SQLException {
        set(s -> s.setClob(index, x));
    }

    @Override
    public final void setURL(int index, @Nullable URL x) throws SQLException {
        set(s -> s.setURL(index, x));
    }

    @Override
    public final void setRowId(int index, @Nullable RowId x) throws SQLException {
        set(s -> s.setRowId(index, x));
    }

    @Override
    public final void setNCharacterStream(int index, @Nullable Reader x, long length) throws SQLException {
        set(s -> s.setNCharacterStream(index, x, length));
    }

    @Override
    public final void setNClob(int index, @Nullable NClob x) throws SQLException {
        set(s -> s.setNClob(index, x));
    }

    @Override
    public final void setClob(int index, @Nullable Reader x, long length) throws SQLException {
        set(s -> s.setClob(index, x, length));
    }

    @Override
    public final void setBlob(int index, @Nullable InputStream x, long length) throws SQLException {
        set(s -> s.setBlob(index, x, length));
    }

    @Override
    public final void setNClob(int index, @Nullable Reader x, long length) throws SQLException {
        set(s -> s.setNClob(index, x, length));
    }

    @Override
    public final void setSQLXML(int index, @Nullable SQLXML x) throws SQLException {
        set(s -> s.setSQLXML(index, x));
    }

    @Override
    public final void setAsciiStream(int index, @Nullable InputStream x, long length) throws SQLException {
        set(s -> s.setAsciiStream(index, x, length));
    }

    @Override
    public final void setBinaryStream(int index, @Nullable InputStream x, long length) throws SQLException {
        set(s -> s.setBinaryStream(index, x, length));
    }

    @Override
    public final void setCharacterStream(int index, @Nullable Reader x, long length) throws SQLException {
        set(s -> s.setCharacterStream(index, x, length));
    }

    @Override
    public final void setAsciiStream(int index, @Nullable InputStream x) throws SQLException {
        set(s -> s.setAsciiStream(index, x));
    }

    @Override
    public final void setBinaryStream(int index, @Nullable InputStream x) throws SQLException {
        set(s -> s.setBinaryStream(index, x));
    }

    @Override
    public final void setCharacterStream(int index, @Nullable Reader x) throws SQLException {
        set(s -> s.setCharacterStream(index, x));
    }

    @Override
    public final void setNCharacterStream(int index, @Nullable Reader x) throws SQLException {
        set(s -> s.setNCharacterStream(index, x));
    }

    @Override
    public final void setClob(int index, @Nullable Reader x) throws SQLException {
        set(s -> s.setClob(index, x));
    }

    @Override
    public final void setBlob(int index, @Nullable InputStream x) throws SQLException {
        set(s -> s.setBlob(index, x));
    }

    @Override
    public final void setNClob(int index, @Nullable Reader x) throws SQLException {
        set(s -> s.setNClob(index, x));
    }
}
