package io.github.duckpool;

import io.github.duckpool.observe.Alert;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of a {@link DuckPool}. A bad value is refused at once with an {@link IllegalArgumentException} that
 * holds the rule and the value. Not thread-safe; a builder may build any number of pools.
 */
public final class DuckPoolBuilder extends DatabaseBuilder {
    @Nullable
    String poolName;

    int maxSize = 5;
    int minIdle;
    Duration borrowTimeout = Duration.ofSeconds(30);
    Duration maxLifetime = Duration.ZERO;
    Duration idleTimeout = Duration.ofMinutes(10);
    Duration leakThreshold = Duration.ZERO;
    Duration closeTimeout = Duration.ofSeconds(10);
    Duration maxOvertaking = Duration.ofMillis(1);
    int statementCacheSize = 32;

    @Nullable
    Sharing sharing;

    RetryPolicy retry = RetryPolicy.none();
    boolean lendAfterLockLoss;
    Consumer<Alert> alertListener = alert -> {};

    @Nullable
    GroupCommit groupCommit;

    int maxQueuedWrites = 100_000;

    DuckPoolBuilder() {}

    @Override
    DuckPoolBuilder self() {
        return this;
    }

    /**
     * Names the pool in logs, messages, threads and JMX.
     *
     * @param poolName not blank; the default is {@code duckpool-1} and so on
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public DuckPoolBuilder poolName(String poolName) {
        if (poolName.isBlank()) {
            throw new IllegalArgumentException("poolName must not be blank, was \"" + poolName + "\"");
        }
        this.poolName = poolName;
        return this;
    }

    /**
     * How many connections may be borrowed at a time.
     *
     * @param maxSize 1 to 4,096; the default is 5
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public DuckPoolBuilder maxSize(int maxSize) {
        this.maxSize = SettingRules.range("maxSize", maxSize, 1, 4096);
        return this;
    }

    /**
     * How many connections are kept ready, beside those that are borrowed, while the database is open and {@code maxSize} has room.
     *
     * @param minIdle 0 to {@code maxSize}; the default is 0
     * @return this
     * @throws IllegalArgumentException if it is negative; more than {@code maxSize} is refused by {@link #build()}
     */
    public DuckPoolBuilder minIdle(int minIdle) {
        this.minIdle = SettingRules.range("minIdle", minIdle, 0, 4096);
        return this;
    }

    /**
     * How long a borrower waits for a connection, opening the file and other processes' turns included.
     *
     * @param borrowTimeout longer than zero; the default is 30 s
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public DuckPoolBuilder borrowTimeout(Duration borrowTimeout) {
        this.borrowTimeout = SettingRules.positive("borrowTimeout", borrowTimeout);
        return this;
    }

    /**
     * The age at which a connection is replaced, when it is not borrowed.
     *
     * @param maxLifetime zero for never, the default: DuckDB's connections do not age
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public DuckPoolBuilder maxLifetime(Duration maxLifetime) {
        this.maxLifetime = SettingRules.notNegative("maxLifetime", maxLifetime);
        return this;
    }

    /**
     * How long a connection beyond {@code minIdle} is kept unused.
     *
     * @param idleTimeout zero for as long as the database is open; the default is 10 min
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public DuckPoolBuilder idleTimeout(Duration idleTimeout) {
        this.idleTimeout = SettingRules.notNegative("idleTimeout", idleTimeout);
        return this;
    }

    /**
     * After how long a borrowed connection is reported in the log, once, with the stack that borrowed it. Taking the stacks
     * costs microseconds per borrow.
     *
     * @param leakThreshold zero for no leak tracking, the default
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public DuckPoolBuilder leakThreshold(Duration leakThreshold) {
        this.leakThreshold = SettingRules.notNegative("leakThreshold", leakThreshold);
        return this;
    }

    /**
     * How long {@link DuckPool#close()} waits for borrowed connections before it aborts them.
     *
     * @param closeTimeout zero for not at all; the default is 10 s
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public DuckPoolBuilder closeTimeout(Duration closeTimeout) {
        this.closeTimeout = SettingRules.notNegative("closeTimeout", closeTimeout);
        return this;
    }

    /**
     * How long the oldest waiter may be overtaken by newcomers. Strict arrival order costs a context switch for each
     * hand-over; a bound of about a millisecond keeps the order for everything that users can see, at many times the rate.
     * Threads that borrow and return within microseconds keep it to within some 50 µs, because they look at the clock once in
     * up to 16 borrows only; when their pace breaks off, each may borrow so often once more.
     *
     * @param maxOvertaking zero for strict arrival order; the default is 1 ms
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public DuckPoolBuilder maxOvertaking(Duration maxOvertaking) {
        this.maxOvertaking = SettingRules.notNegative("maxOvertaking", maxOvertaking);
        return this;
    }

    /**
     * How many prepared statements each connection keeps for the next borrower, least recently used first out.
     *
     * @param statementCacheSize zero for none; the default is 32
     * @return this
     * @throws IllegalArgumentException if it is negative or above 10,000
     */
    public DuckPoolBuilder statementCacheSize(int statementCacheSize) {
        this.statementCacheSize = SettingRules.range("statementCacheSize", statementCacheSize, 0, 10_000);
        return this;
    }

    /**
     * Presets for many small queries: one DuckDB thread, which triples the rate of point look-ups, and 256 cached statements
     * per connection. Settings made afterwards win.
     *
     * @return this
     */
    public DuckPoolBuilder oltp() {
        return threads(1).statementCacheSize(256);
    }

    /**
     * Presets for few large queries: DuckDB's own choice of threads, two connections, eight cached statements, insertion
     * order not kept (which lets DuckDB stream large results in less memory). Settings made afterwards win.
     *
     * @return this
     */
    public DuckPoolBuilder analytics() {
        settings.remove("threads");
        return maxSize(2).statementCacheSize(8).setting("preserve_insertion_order", "false");
    }

    /**
     * How the file is shared with other processes.
     *
     * @param sharing the default for a file is {@link Sharing#cooperative()}, or {@link Sharing#readOnly()} with
     *     {@code readOnly}; for a wrapped data source without a named file {@link Sharing#exclusive()}
     * @return this
     */
    public DuckPoolBuilder sharing(Sharing sharing) {
        this.sharing = Objects.requireNonNull(sharing, "sharing");
        return this;
    }

    /**
     * Whether to lend on when DuckDB's lock on the file is lost, because something in this process has opened and closed the
     * file, or when the file was deleted, moved or replaced. Without the lock another process can write to it, and commits may vanish; the pool
     * says so in any case.
     *
     * @param lendAfterLockLoss the default is false: nothing is lent for writing any more
     * @return this
     */
    public DuckPoolBuilder lendAfterLockLoss(boolean lendAfterLockLoss) {
        this.lendAfterLockLoss = lendAfterLockLoss;
        return this;
    }

    /**
     * Tells someone what a person should know, besides the log.
     *
     * @param listener is called on a thread of the pool, so it should not block; what it throws is logged
     * @return this
     */
    public DuckPoolBuilder alertListener(Consumer<Alert> listener) {
        this.alertListener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * How lock and conflict errors are retried.
     *
     * @param retry the policy
     * @return this
     */
    public DuckPoolBuilder retry(RetryPolicy retry) {
        this.retry = Objects.requireNonNull(retry, "retry");
        return this;
    }

    /**
     * Lets writes that wait in line share commits.
     *
     * @param groupCommit how many; by default each write has a commit of its own
     * @return this
     */
    public DuckPoolBuilder groupCommit(GroupCommit groupCommit) {
        this.groupCommit = Objects.requireNonNull(groupCommit, "groupCommit");
        return this;
    }

    /**
     * How many writes may wait for their turn at a time: blocking calls, futures and rows to append alike. One more is refused at
     * once, with a {@link java.sql.SQLTransientConnectionException}, and was not begun. A row that waits takes about 300 bytes,
     * so the default keeps a program that produces faster than DuckDB commits within some 30 MB, and is a second of work for
     * it at best.
     *
     * @param maxQueuedWrites 1 to {@link Integer#MAX_VALUE}, which is no bound; the default is 100,000
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public DuckPoolBuilder maxQueuedWrites(int maxQueuedWrites) {
        this.maxQueuedWrites = SettingRules.range("maxQueuedWrites", maxQueuedWrites, 1, Integer.MAX_VALUE);
        return this;
    }

    /**
     * Takes settings from a map, such as a framework's configuration section. Names are this builder's, in camelCase or
     * kebab-case ({@code maxSize}, {@code max-size}); {@code preset} is {@code oltp} or {@code analytics}, and yields to all
     * others. DuckDB's own settings follow {@code settings.} ({@code settings.memory_limit}) or are a map under
     * {@code settings}. HikariCP's {@code jdbcUrl}, {@code maximumPoolSize}, {@code minimumIdle}, {@code connectionTimeout} and
     * {@code leakDetectionThreshold} are understood too. Times are ISO-8601 ({@code PT30S}), a number with a unit ({@code 30s},
     * {@code 500ms}, {@code 5m}, {@code 1h}), or a number of milliseconds.
     *
     * @param values names and values; a value may be a string, a number, a boolean, a {@link Duration}, or a
     *     {@link DataSource} for {@code dataSource}
     * @return this
     * @throws IllegalArgumentException if a name is unknown or given twice, or a value is refused, with the name, the rule and
     *     the value
     */
    public DuckPoolBuilder properties(Map<?, ?> values) {
        PoolProperties.bind(values, this);
        return this;
    }

    /**
     * Builds the pool. Nothing is opened before the first connection is asked for, unless {@code minIdle} is above zero.
     *
     * @return the pool
     * @throws IllegalArgumentException if settings contradict each other, or no database was named, or more than one: by a
     *     path and a URL, or by a URL beside a data source
     */
    public DuckPool build() {
        checkSource();
        if (minIdle > maxSize) {
            throw new IllegalArgumentException(
                    "minIdle must be at most maxSize, was " + minIdle + " with maxSize " + maxSize);
        }
        if (sharing != null
                && sharing.mode() != Sharing.Mode.EXCLUSIVE
                && url.file().isEmpty()) {
            throw new IllegalArgumentException(
                    "sharing " + sharing + " needs a database file to take turns on, was \"" + url.url() + "\"");
        }
        if (readOnly && sharing != null && sharing.mode() == Sharing.Mode.COOPERATIVE) {
            throw new IllegalArgumentException(
                    "readOnly goes with Sharing.readOnly() or Sharing.exclusive(), was " + sharing);
        }
        return new DuckPool(new DuckPoolConfig(this));
    }
}
