package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one kind of thing can't be put back for is no reason to leave the others as the borrower had them. */
class InstanceRestoreTest {
    private DuckDBConnection anchor;

    @BeforeEach
    void open() throws SQLException {
        anchor = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws SQLException {
        anchor.close();
    }

    /** A connection that can't tell which secrets there are. */
    private static Connection blindForSecrets(Connection raw) {
        return proxy(Connection.class, raw, statement -> proxy(Statement.class, statement, result -> result));
    }

    private interface Wrapping {
        Object wrap(Object created);
    }

    private static <T> T proxy(Class<T> type, Object target, Wrapping wrapping) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            if (method.getName().equals("executeQuery") && args[0].toString().contains("duckdb_secrets")) {
                throw new SQLException("no secrets are told");
            }
            try {
                Object result = method.invoke(target, args);
                return method.getName().equals("createStatement") ? wrapping.wrap(result) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    @Test
    void whatCouldNotBeLookedAtIsNoReasonToLeaveASettingChanged() throws SQLException {
        String threads = "SELECT current_setting('threads')";
        LeakTest.run(anchor, "SET GLOBAL threads = 3");
        var session = new Session(blindForSecrets(anchor.duplicate()), 0, 0, new Instance(SharedState.own(), anchor));
        String sql = "SET GLOBAL threads = 2; CREATE SECRET (TYPE http, BEARER_TOKEN 'x')";
        SessionSql.run(session, sql, SessionTouch.of(sql), false, () -> {
            LeakTest.run(session.raw(), sql);
            return true;
        });
        assertThat(OneSlot.value(anchor, threads)).isEqualTo("2");
        session.destroy(Runnable::run);
        try (Connection fresh = blindForSecrets(anchor.duplicate())) {
            assertThatThrownBy(() -> session.restoreInstance(fresh)).hasMessageContaining("no secrets are told");
        }
        session.leaveInstance();
        assertThat(OneSlot.value(anchor, threads)).isEqualTo("3");
    }
}
