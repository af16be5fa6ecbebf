package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.lease.OpenDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of sessions, from made to destroyed, owned by a Commons Pool: it bounds how many exist, counts them, and shows
 * them in JMX as {@code org.apache.commons.pool2:type=GenericObjectPool,name=<poolName>}. To it every session in a slot is
 * borrowed, lent or not; the gate in front decides who uses it, at a fraction of the cost.
 *
 * <p>A session is made and destroyed by whoever holds its slot, and its place here is free before the slot is, so there is always
 * room for the one that is being made. One that hangs while it is closed keeps a thread of its own, but neither its slot nor its
 * place; {@link #allClosed} waits for it. Thread-safe.
 */
final class SessionLife {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLife.class);

    /** How long a return waits for a close that should be quick before it leaves it to its thread. */
    private static final long PATIENCE_MILLIS = 250;

    /** Gives the database that is open now. */
    @FunctionalInterface
    interface Source {
        OpenDatabase database() throws SQLException;
    }

    private final PoolSettings settings;
    private final Source source;
    private final BiConsumer<OpenDatabase, SQLException> broken;
    private final GenericObjectPool<Session> sessions;
    private final Executor closers;
    private final Map<Session, OpenDatabase> databases = new ConcurrentHashMap<>();
    private final Map<Session, CompletableFuture<Void>> closing = new ConcurrentHashMap<>();

    /**
     * Makes a life without sessions.
     *
     * @param broken is told of a database that must be opened again: no session could be made on it, or a checkpoint failed
     */
    SessionLife(
            PoolSettings settings, Source source, BiConsumer<OpenDatabase, SQLException> broken, PoolThreads threads) {
        this.settings = settings;
        this.closers = task -> threads.detached("closer", task);
        this.source = source;
        this.broken = broken;
        GenericObjectPoolConfig<Session> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(settings.maxSize());
        // Nothing rests here: what comes back is destroyed. To invalidate it instead would make another one in its
        // place, which
        // nobody asked for and which would keep the database open.
        config.setMaxIdle(0);
        config.setMinIdle(0);
        config.setJmxNamePrefix(settings.name().replaceAll("[*?:,=\"\\\\\\p{Cntrl}]", "_"));
        config.setBlockWhenExhausted(false); // there is room for every slot
        this.sessions = new GenericObjectPool<>(new Factory(), config);
        sessions.setSwallowedExceptionListener(
                e -> LOG.warn("{}: a connection did not close cleanly", settings.name(), e));
    }

    /** Makes a session on the open database. */
    Session make() throws SQLException {
        try {
            return sessions.borrowObject();
        } catch (SQLException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (sessions.isClosed()) {
                throw new SQLNonTransientConnectionException(settings.name() + ": the pool is closed", "08003", e);
            }
            throw new SQLException(settings.name() + ": no connection could be made: " + e, "08001", e);
        }
    }

    /** The database that a session was made on; null when it was destroyed. */
    @Nullable
    OpenDatabase databaseOf(Session session) {
        return databases.get(session);
    }

    /** Closes a session for good; an error in closing is logged, since nobody could act on it. */
    void destroy(Session session, @Nullable Throwable why) {
        if (why != null) {
            LOG.debug("{}: connection is replaced", settings.name(), why);
        }
        try {
            sessions.returnObject(session);
        } catch (RuntimeException e) {
            LOG.warn("{}: a connection did not close cleanly", settings.name(), e);
        } catch (Error e) { // for want of memory: the Commons Pool may count it for ever, so it gets room for another
            sessions.setMaxTotal(sessions.getMaxTotal() + 1);
            session.destroy(PoolThreads.HERE);
            throw e;
        }
    }

    /**
     * Completes when every session that was destroyed until now is really closed, or has failed to close; those that hang in
     * native code come last.
     */
    CompletionStage<Void> allClosed() {
        return CompletableFuture.allOf(closing.values().toArray(CompletableFuture[]::new));
    }

    long created() {
        return sessions.getCreatedCount();
    }

    long destroyed() {
        return sessions.getDestroyedCount();
    }

    /** Ends the Commons Pool and its JMX bean, when every session is destroyed. */
    void close() {
        sessions.close();
    }

    private final class Factory extends BasePooledObjectFactory<Session> {
        @Override
        public Session create() throws SQLException {
            OpenDatabase database = source.database();
            try {
                return create(database);
            } catch (SQLException e) {
                if (NativeErrors.isFatal(e) || database.isLost()) {
                    broken.accept(database, e);
                }
                throw e;
            }
        }

        private Session create(OpenDatabase database) throws SQLException {
            Connection raw = database.connect();
            try {
                AnchoredDatabase.run(raw, "connectionInitSql", settings.connectionInitSql());
                AnchoredDatabase.setAutoCommit(raw, database);
                Session session =
                        new Session(raw, settings.statementCacheSize(), System.nanoTime(), Instance.of(database));
                databases.put(session, database);
                return session;
            } catch (SQLException | RuntimeException | Error e) {
                AnchoredDatabase.closeAfter(raw, e);
                throw e;
            }
        }

        @Override
        public PooledObject<Session> makeObject() throws SQLException {
            Session session = create();
            try {
                return wrap(session);
            } catch (Throwable e) {
                databases.remove(session);
                session.destroy(PoolThreads.HERE);
                throw e;
            }
        }

        @Override
        public PooledObject<Session> wrap(Session session) {
            return new DefaultPooledObject<>(session);
        }

        @Override
        public void destroyObject(PooledObject<Session> pooled) {
            Session session = pooled.getObject();
            CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
            try {
                close(session, end);
            } catch (Throwable e) {
                // For want of memory: it is closed all the same, and nobody waits for the end of that for ever.
                try {
                    session.destroy(PoolThreads.HERE);
                } finally {
                    closing.remove(session);
                    end.complete(null);
                }
                throw e;
            }
            if (session.changedInstance()) {
                awaitBriefly(end); // the next borrower is to find the instance as it was, unless that takes too long
            }
        }

        private void close(Session session, CompletableFuture<@Nullable Void> end) {
            OpenDatabase database = databases.remove(session);
            closing.put(session, end);
            SQLException aftermath = session.aftermath();
            if (database != null && aftermath != null) {
                broken.accept(database, aftermath);
            }
            Ending ending = new Ending(session, database, end);
            if (session.raw() instanceof DuckDBConnection) {
                ending.begin(closers);
            } else {
                // Nobody knows what the close of somebody else's connection waits for.
                closers.execute(ending);
                awaitBriefly(end);
            }
        }
    }

    /** The end of one session; no lambda, for the same reason as in {@link Housekeeping}, which comes here too. */
    private final class Ending implements Runnable, BiConsumer<@Nullable Void, @Nullable Throwable> {
        private final Session session;
        private final @Nullable OpenDatabase database;
        private final CompletableFuture<@Nullable Void> end;

        Ending(Session session, @Nullable OpenDatabase database, CompletableFuture<@Nullable Void> end) {
            this.session = session;
            this.database = database;
            this.end = end;
        }

        void begin(Executor offThread) {
            session.destroy(offThread).whenComplete(this);
        }

        @Override
        public void run() {
            begin(PoolThreads.HERE);
        }

        @Override
        public void accept(@Nullable Void nothing, @Nullable Throwable error) {
            try {
                if (error != null) {
                    LOG.warn("{}: a connection did not close cleanly", settings.name(), error);
                }
                if (database != null && session.changedInstance()) {
                    restoreInstance(database);
                }
            } finally {
                try {
                    session.leaveInstance();
                } finally {
                    closing.remove(session);
                    end.complete(null);
                }
            }
        }

        /** Puts back what the session changed for all, so that the next borrower of any session finds it as it was. */
        private void restoreInstance(OpenDatabase database) {
            try (Connection fresh = database.connect()) {
                session.restoreInstance(fresh);
            } catch (SQLException | RuntimeException e) {
                LOG.warn(
                        "{}: what a borrower changed for the whole database could not be put back", settings.name(), e);
            }
        }
    }

    private static void awaitBriefly(CompletableFuture<?> end) {
        boolean interrupted = false;
        try {
            end.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("A connection takes its time to close, and is left to a thread of its own", e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
