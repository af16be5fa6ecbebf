package io.github.duckpool;

import io.github.duckpool.observe.Alert;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The settings of one pool, as they were when it was built. Immutable and thread-safe. */
public final class DuckPoolConfig {
    private static final AtomicInteger UNNAMED = new AtomicInteger();

    private final String poolName;
    private final DatabaseUrl url;
    private final Optional<DataSource> dataSource;
    private final int maxSize;
    private final int minIdle;
    private final Duration borrowTimeout;
    private final Duration maxLifetime;
    private final Duration idleTimeout;
    private final Duration leakThreshold;
    private final Duration closeTimeout;
    private final Duration maxOvertaking;
    private final int statementCacheSize;
    private final boolean readOnly;
    private final List<String> initSql;
    private final List<String> connectionInitSql;
    private final Map<String, String> settings;
    private final Sharing sharing;
    private final RetryPolicy retry;
    private final boolean lendAfterLockLoss;
    private final Consumer<Alert> alertListener;
    private final Optional<GroupCommit> groupCommit;
    private final int maxQueuedWrites;

    DuckPoolConfig(DuckPoolBuilder builder) {
        url = builder.url;
        dataSource = Optional.ofNullable(builder.dataSource);
        poolName = builder.poolName != null ? builder.poolName : "duckpool-" + UNNAMED.incrementAndGet();
        maxSize = builder.maxSize;
        minIdle = builder.minIdle;
        borrowTimeout = builder.borrowTimeout;
        maxLifetime = builder.maxLifetime;
        idleTimeout = builder.idleTimeout;
        leakThreshold = builder.leakThreshold;
        closeTimeout = builder.closeTimeout;
        maxOvertaking = builder.maxOvertaking;
        statementCacheSize = builder.statementCacheSize;
        initSql = List.copyOf(builder.initSql);
        connectionInitSql = List.copyOf(builder.connectionInitSql);
        settings = Collections.unmodifiableMap(new TreeMap<>(builder.settings));
        sharing = builder.sharing != null ? builder.sharing : defaultSharing(builder);
        readOnly = builder.readOnly || sharing.mode() == Sharing.Mode.READ_ONLY;
        retry = builder.retry;
        lendAfterLockLoss = builder.lendAfterLockLoss;
        alertListener = builder.alertListener;
        groupCommit = Optional.ofNullable(builder.groupCommit);
        maxQueuedWrites = builder.maxQueuedWrites;
    }

    private static Sharing defaultSharing(DuckPoolBuilder builder) {
        if (builder.url.file().isEmpty()) {
            return Sharing.exclusive();
        }
        return builder.readOnly ? Sharing.readOnly() : Sharing.cooperative();
    }

    /**
     * The name in logs, messages, threads and JMX.
     *
     * @return the given name, or {@code duckpool-1} and so on
     */
    public String poolName() {
        return poolName;
    }

    DatabaseUrl databaseUrl() {
        return url;
    }

    /**
     * The JDBC URL that is opened.
     *
     * @return the URL; for a wrapped data source without a named database {@code jdbc:duckdb:}
     */
    public String url() {
        return url.url();
    }

    /**
     * The data source that is wrapped.
     *
     * @return the data source; empty if the pool opens the URL itself
     */
    public Optional<DataSource> dataSource() {
        return dataSource;
    }

    /**
     * How many connections may be borrowed at a time.
     *
     * @return one or more
     */
    public int maxSize() {
        return maxSize;
    }

    /**
     * How many connections are kept ready.
     *
     * @return zero to {@link #maxSize()}
     */
    public int minIdle() {
        return minIdle;
    }

    /**
     * How long a borrower waits at most.
     *
     * @return longer than zero
     */
    public Duration borrowTimeout() {
        return borrowTimeout;
    }

    /**
     * The age at which a connection is replaced.
     *
     * @return the age; zero for never
     */
    public Duration maxLifetime() {
        return maxLifetime;
    }

    /**
     * How long a connection beyond {@link #minIdle()} is kept unused.
     *
     * @return the time; zero for as long as the pool lives
     */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /**
     * After how long a borrowed connection is reported with the stack of its borrower.
     *
     * @return the time; zero for no leak tracking
     */
    public Duration leakThreshold() {
        return leakThreshold;
    }

    /**
     * How long {@link DuckPool#close()} waits for borrowed connections.
     *
     * @return zero or more
     */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /**
     * How long the oldest waiter may be overtaken by newcomers.
     *
     * @return the time; zero for strict arrival order
     */
    public Duration maxOvertaking() {
        return maxOvertaking;
    }

    /**
     * How many prepared statements each connection keeps.
     *
     * @return zero for none
     */
    public int statementCacheSize() {
        return statementCacheSize;
    }

    /**
     * Whether the database is opened read-only.
     *
     * @return true if nothing can be written
     */
    public boolean readOnly() {
        return readOnly;
    }

    /**
     * What runs once each time the database is opened.
     *
     * @return the statements, in order
     */
    public List<String> initSql() {
        return initSql;
    }

    /**
     * What runs on each new connection.
     *
     * @return the statements, in order
     */
    public List<String> connectionInitSql() {
        return connectionInitSql;
    }

    /**
     * DuckDB's settings for the database.
     *
     * @return names and values, sorted by name
     */
    public Map<String, String> settings() {
        return settings;
    }

    /**
     * How the file is shared with other processes.
     *
     * @return the sharing; {@link Sharing#exclusive()} where there is no file
     */
    public Sharing sharing() {
        return sharing;
    }

    /**
     * Whether the pool lends on when DuckDB's lock on the file was lost.
     *
     * @return false if it stops lending for writing
     */
    public boolean lendAfterLockLoss() {
        return lendAfterLockLoss;
    }

    /**
     * Who is told what a person should know.
     *
     * @return the listener; it does nothing where none was given
     */
    public Consumer<Alert> alertListener() {
        return alertListener;
    }

    /**
     * How lock and conflict errors are retried.
     *
     * @return the policy
     */
    public RetryPolicy retry() {
        return retry;
    }

    /**
     * How writes share commits.
     *
     * @return the setting; empty if each write has a commit of its own
     */
    public Optional<GroupCommit> groupCommit() {
        return groupCommit;
    }

    /**
     * How many writes may wait for their turn.
     *
     * @return one or more
     */
    public int maxQueuedWrites() {
        return maxQueuedWrites;
    }

    @Override
    public String toString() {
        return "DuckPoolConfig[poolName=" + poolName + ", url=" + url.url() + ", maxSize=" + maxSize + ", minIdle="
                + minIdle + ", borrowTimeout=" + borrowTimeout + ", maxLifetime=" + maxLifetime + ", idleTimeout="
                + idleTimeout + ", leakThreshold=" + leakThreshold + ", statementCacheSize=" + statementCacheSize
                + ", readOnly=" + readOnly + ", sharing=" + sharing + ", retry=" + retry + ", groupCommit="
                + groupCommit.map(GroupCommit::toString).orElse("none") + ", maxQueuedWrites=" + maxQueuedWrites
                + ", settings="
                + settings.keySet() + "]";
    }
}
