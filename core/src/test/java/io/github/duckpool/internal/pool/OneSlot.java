package io.github.duckpool.internal.pool;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** A pool of one slot over a real database in memory, which counts what its handles ask of it. */
final class OneSlot implements Lending, AutoCloseable {
    private static final int FREE = 0;
    private static final int LENT = 1;
    private static final int SHARED = 2;
    private static final int LEAVING = 3;

    final DuckDBConnection anchor;
    final List<SQLException> fatal = new ArrayList<>();
    int cacheSize = 8;
    int givenBack;
    int recycled;
    int discarded;

    @Nullable
    Throwable lastReason;

    /** Why the pool ended the borrow; null if it did not. */
    @Nullable
    String whyEnded;

    private final AtomicInteger word = new AtomicInteger();
    private final Instance instance;
    private @Nullable Session session;

    OneSlot() throws SQLException {
        this("jdbc:duckdb:");
    }

    OneSlot(String url) throws SQLException {
        anchor = (DuckDBConnection) DriverManager.getConnection(url);
        instance = new Instance(SharedState.own(), anchor);
    }

    LentConnection borrow() throws SQLException {
        int stamp = lend();
        return new LentConnection(this, session(), stamp);
    }

    LentConnection borrowForFirstUser() throws SQLException {
        int stamp = lend();
        return LentConnection.forFirstUser(this, session(), stamp);
    }

    /** Lends when whoever returns the session has done so. */
    LentConnection borrowWhenFree() throws SQLException {
        while ((word.get() & LEAVING) != FREE) {
            Thread.onSpinWait();
        }
        return borrow();
    }

    int lend() {
        int stamp = word.get() >>> 2;
        if (!word.compareAndSet(stamp << 2 | FREE, stamp << 2 | LENT)) {
            throw new IllegalStateException("the slot is not free");
        }
        return stamp;
    }

    Session session() throws SQLException {
        if (session == null) {
            session = new Session(connect(), cacheSize, 0, instance);
        }
        return session;
    }

    void install(Session session) {
        this.session = session;
    }

    Connection connect() throws SQLException {
        return anchor.duplicate();
    }

    /** Runs SQL on a connection that is no business of the slot. */
    void elsewhere(String... sqls) throws SQLException {
        try (Connection other = connect();
                Statement statement = other.createStatement()) {
            for (String sql : sqls) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row, read elsewhere. */
    @Nullable
    String valueElsewhere(String sql) throws SQLException {
        try (Connection other = connect()) {
            return value(other, sql);
        }
    }

    static @Nullable String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    @Override
    public @Nullable String whyEnded(int stamp) {
        return isLent(stamp) ? null : whyEnded;
    }

    @Override
    public boolean isLent(int stamp) {
        int now = word.get();
        return now == (stamp << 2 | LENT) || now == (stamp << 2 | SHARED);
    }

    @Override
    public boolean share(int stamp) {
        return word.compareAndSet(stamp << 2 | LENT, stamp << 2 | SHARED) || word.get() == (stamp << 2 | SHARED);
    }

    @Override
    public boolean giveBack(int stamp) {
        if (word.compareAndSet(stamp << 2 | LENT, (stamp + 1) << 2 | FREE)) {
            givenBack++;
            return true;
        }
        return false;
    }

    @Override
    public boolean claim(int stamp) {
        return word.compareAndSet(stamp << 2 | LENT, stamp << 2 | LEAVING)
                || word.compareAndSet(stamp << 2 | SHARED, stamp << 2 | LEAVING);
    }

    @Override
    public void recycle() {
        recycled++;
        free();
    }

    private void free() {
        int stamp = word.get() >>> 2;
        if (!word.compareAndSet(stamp << 2 | LEAVING, (stamp + 1) << 2 | FREE)) {
            throw new IllegalStateException("nobody claimed the slot");
        }
    }

    @Override
    public void discard(Session leaving, @Nullable Throwable why) {
        discarded++;
        lastReason = why;
        session = null;
        try {
            var end = leaving.destroy(task -> new Thread(task, "closer").start());
            if (leaving.changedInstance()) {
                end.toCompletableFuture().get(20, TimeUnit.SECONDS);
                try (Connection fresh = connect()) {
                    leaving.restoreInstance(fresh);
                }
            }
        } catch (SQLException | InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } finally {
            free();
        }
    }

    @Override
    public void fatal(Session session, SQLException why) {
        fatal.add(why);
    }

    /** How many returns the session survived. */
    int kept() {
        return givenBack + recycled;
    }

    @Override
    public void close() throws SQLException {
        anchor.close();
    }
}
