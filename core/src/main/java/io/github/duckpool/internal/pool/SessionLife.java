package io.github.duckpool.internal.pool;

import io.github.duckpool.internal.lease.OpenDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of sessions, from made to destroyed, owned by a Commons Pool: it bounds how many exist, counts them, and shows
 * them in JMX as {@code org.apache.commons.pool2:type=GenericObjectPool,name=<poolName>}. To it every session in a slot is
 * borrowed, lent or not; the gate in front decides who uses it, at a fraction of the cost. Thread-safe.
 */
final class SessionLife {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLife.class);

    /** Gives the database that is open now. */
    @FunctionalInterface
    interface Source {
        OpenDatabase database() throws SQLException;
    }

    private final PoolSettings settings;
    private final Source source;
    private final GenericObjectPool<Session> sessions;
    private final PoolThreads threads;
    private final Map<Session, CompletableFuture<Void>> closing = new ConcurrentHashMap<>();

    SessionLife(PoolSettings settings, Source source, PoolThreads threads) {
        this.settings = settings;
        this.threads = threads;
        this.source = source;
        GenericObjectPoolConfig<Session> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(settings.maxSize());
        config.setMaxIdle(settings.maxSize());
        config.setMinIdle(0);
        config.setJmxNamePrefix(settings.name());
        // A slot is emptied before its session's place here is free, so for a moment there may be one too many.
        config.setBlockWhenExhausted(true);
        config.setMaxWait(Duration.ofNanos(settings.borrowTimeoutNanos()));
        this.sessions = new GenericObjectPool<>(new Factory(), config);
    }

    /** Makes a session on the open database. */
    Session make() throws SQLException {
        try {
            return sessions.borrowObject();
        } catch (SQLException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new SQLException(settings.name() + ": no connection could be made: " + e.getMessage(), "08001", e);
        }
    }

    /** Closes a session for good; an error in closing is logged, since nobody could act on it. */
    void destroy(Session session, @Nullable Throwable why) {
        if (why != null) {
            LOG.debug("{}: connection is replaced", settings.name(), why);
        }
        try {
            sessions.invalidateObject(session);
        } catch (Exception e) {
            LOG.warn("{}: a connection did not close cleanly", settings.name(), e);
        }
    }

    /** Completes when every session that was destroyed until now is really closed; the last ones may hang in native code. */
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
            Connection raw = database.connect();
            try {
                AnchoredDatabase.run(raw, settings.connectionInitSql());
                return new Session(raw, settings.statementCacheSize(), System.nanoTime());
            } catch (SQLException | RuntimeException e) {
                AnchoredDatabase.closeAfter(raw, e);
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
            CompletableFuture<Void> end =
                    session.destroy(task -> threads.detached("closer", task)).toCompletableFuture();
            if (!end.isDone()) {
                closing.put(session, end);
            }
            end.whenComplete((nothing, error) -> {
                closing.remove(session);
                if (error != null) {
                    LOG.warn("{}: a connection did not close cleanly", settings.name(), error);
                }
            });
            if (session.changedInstance()) {
                restoreInstance(session);
            }
        }

        /** Puts back what the session changed for all, so that the next borrower of any session finds it as it was. */
        private void restoreInstance(Session session) {
            try (Connection fresh = source.database().connect()) {
                session.restoreInstance(fresh);
            } catch (SQLException | RuntimeException e) {
                LOG.warn(
                        "{}: what a borrower changed for the whole database could not be put back", settings.name(), e);
            }
        }
    }
}
