package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One borrower looks at what all share just while another returns, and puts back what that one had changed. */
@Timeout(60)
class InstanceRaceTest {
    @TempDir
    Path directory;

    private DuckDBConnection anchor;
    private Instance instance;

    @BeforeEach
    void open() throws SQLException {
        anchor = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
        instance = new Instance(SharedState.own(), anchor);
    }

    @AfterEach
    void close() throws SQLException {
        anchor.close();
    }

    private Session session(Connection raw) throws SQLException {
        return new Session(raw, 0, 0, instance);
    }

    private static void run(Session session, String sql) throws SQLException {
        SessionSql.run(session, sql, SessionTouch.of(sql), false, () -> {
            LeakTest.run(session.raw(), sql);
            return true;
        });
    }

    private void giveBack(Session session) throws SQLException {
        session.destroy(Runnable::run);
        try (Connection fresh = anchor.duplicate()) {
            session.restoreInstance(fresh);
        }
        session.leaveInstance();
    }

    /** A connection whose first statement is followed by something else, before anybody knows what came of it. */
    private static Connection withSomethingAfterItsFirstStatement(Connection raw, AutoCloseable something) {
        var first = new AtomicBoolean(true);
        return (Connection) Proxy.newProxyInstance(
                raw.getClass().getClassLoader(), new Class<?>[] {Connection.class}, (s, m, a) -> {
                    try {
                        if (!m.getName().equals("createStatement") || !first.getAndSet(false)) {
                            return m.invoke(raw, a);
                        }
                        Object statement = m.invoke(raw, a);
                        return Proxy.newProxyInstance(
                                raw.getClass().getClassLoader(), new Class<?>[] {Statement.class}, (s2, m2, a2) -> {
                                    try {
                                        Object result = m2.invoke(statement, a2);
                                        if (m2.getName().equals("close")) {
                                            something.close();
                                        }
                                        return result;
                                    } catch (InvocationTargetException e) {
                                        throw e.getCause();
                                    }
                                });
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Else the second would take what the first attached for how things were, and leave it attached for ever. */
    @Test
    void whatTheFirstHadAttachedIsNotHowThingsWere() throws SQLException {
        String file = "'" + directory.resolve("archive.db") + "'";
        String attached = "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'archive'";
        Session first = session(anchor.duplicate());
        run(first, "ATTACH IF NOT EXISTS " + file + " AS archive");
        Session second = session(withSomethingAfterItsFirstStatement(anchor.duplicate(), () -> giveBack(first)));
        run(second, "ATTACH IF NOT EXISTS " + file + " AS archive");
        assertThat(OneSlot.value(anchor, attached)).isEqualTo("1");
        giveBack(second);
        assertThat(OneSlot.value(anchor, attached)).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ours", ""})
    void whatTheFirstHadMadeIsNotEither(String name) throws SQLException {
        String secret = "CREATE SECRET IF NOT EXISTS " + name + " (TYPE http, BEARER_TOKEN 'x')";
        String secrets = "SELECT count(*) FROM duckdb_secrets()";
        Session first = session(anchor.duplicate());
        run(first, secret);
        Session second = session(withSomethingAfterItsFirstStatement(anchor.duplicate(), () -> giveBack(first)));
        run(second, secret);
        assertThat(OneSlot.value(anchor, secrets)).isEqualTo("1");
        giveBack(second);
        assertThat(OneSlot.value(anchor, secrets)).isEqualTo("0");
    }
}
