package io.github.duckpool.benchmarks.write;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.GroupCommit;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One way to commit a small write; returns when it is durable. */
interface Writer extends AutoCloseable {
    /** The ways. */
    String WRITE = "write";

    String GROUP = "write, group commit";
    String APPEND = "append";
    String HIKARI = "HikariCP";
    String PASSED_ON = "one connection, passed on";

    /** The size of every pool. */
    int SIZE = 8;

    Duration TIMEOUT = Duration.ofSeconds(60);
    String INSERT = "INSERT INTO letters VALUES (?, ?)";
    String UPDATE = "UPDATE counter SET n = n + 1 WHERE id = ?";

    /** Inserts a row. */
    void insert(int id) throws SQLException;

    /** Adds 1 to the row that everybody wants. */
    void addToTheHotRow() throws SQLException;

    @Override
    void close();

    /** Opens one of the ways on a fresh database. */
    static Writer open(String name, Path directory) throws SQLException {
        Path file = directory.resolve("w.duckdb");
        return switch (name) {
            case HIKARI -> new Hikari(file);
            case WRITE -> new Pooled(DuckPool.builder(), file);
            case GROUP -> new Pooled(DuckPool.builder().groupCommit(GroupCommit.upTo(64)), file);
            case APPEND -> new Appending(file);
            case PASSED_ON -> new PassedOnConnection(DriverManager.getConnection("jdbc:duckdb:" + file));
            default -> throw new IllegalArgumentException("no such writer: " + name);
        };
    }

    /** HikariCP as it comes, for a file. */
    static HikariConfig hikari(Path file) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:duckdb:" + file);
        config.setMaximumPoolSize(SIZE);
        config.setConnectionTimeout(TIMEOUT.toMillis());
        return config;
    }

    /** What there is before the first write. */
    static int create(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE letters (id INTEGER, title VARCHAR)");
            statement.execute("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER)");
            return statement.executeUpdate("INSERT INTO counter VALUES (1, 0)");
        }
    }

    private static int execute(Connection connection, String sql, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, id);
            if (sql.equals(INSERT)) {
                statement.setString(2, "letter");
            }
            return statement.executeUpdate();
        }
    }

    /** Through the pool's line, one transaction for each write. */
    class Pooled implements Writer {
        final DuckPool pool;

        Pooled(DuckPoolBuilder builder, Path file) throws SQLException {
            pool = builder.database(file).maxSize(SIZE).borrowTimeout(TIMEOUT).build();
            pool.write(Writer::create);
        }

        @Override
        public void insert(int id) throws SQLException {
            pool.write(c -> execute(c, INSERT, id));
        }

        @Override
        public void addToTheHotRow() throws SQLException {
            pool.write(c -> execute(c, UPDATE, 1));
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** Rows without a function around them. */
    final class Appending extends Pooled {
        Appending(Path file) throws SQLException {
            super(DuckPool.builder(), file);
        }

        @Override
        public void insert(int id) throws SQLException {
            pool.append("letters", id, "letter");
        }
    }

    /** A pool as it comes: auto-commit, and for the hot row retries with backoff and full jitter until it succeeds. */
    final class Hikari implements Writer {
        private static final int MOST_DOUBLINGS = 7;

        private final HikariDataSource pool;

        Hikari(Path file) throws SQLException {
            pool = new HikariDataSource(hikari(file));
            try (Connection connection = pool.getConnection()) {
                create(connection);
            }
        }

        @Override
        public void insert(int id) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                execute(connection, INSERT, id);
            }
        }

        @Override
        public void addToTheHotRow() throws SQLException {
            for (int attempt = 0; ; attempt++) {
                try (Connection connection = pool.getConnection()) {
                    execute(connection, UPDATE, 1);
                    return;
                } catch (SQLException e) {
                    if (!String.valueOf(e.getMessage()).contains("onflict")) {
                        throw e;
                    }
                }
                long most = TimeUnit.MILLISECONDS.toNanos(1L << Math.min(attempt, MOST_DOUBLINGS));
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
            }
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** One connection of the driver and a statement prepared once, passed from thread to thread in order: all that is left out is a pool. */
    final class PassedOnConnection implements Writer {
        private final Semaphore line = new Semaphore(1, true);
        private final Connection connection;
        private final Statement transaction;
        private final PreparedStatement insert;
        private final PreparedStatement update;

        PassedOnConnection(Connection connection) throws SQLException {
            this.connection = connection;
            create(connection);
            transaction = connection.createStatement();
            insert = connection.prepareStatement(INSERT);
            update = connection.prepareStatement(UPDATE);
        }

        @Override
        public void insert(int id) throws SQLException {
            commit(insert, id);
        }

        @Override
        public void addToTheHotRow() throws SQLException {
            commit(update, 1);
        }

        private void commit(PreparedStatement statement, int id) throws SQLException {
            line.acquireUninterruptibly();
            try {
                transaction.execute("BEGIN");
                statement.setInt(1, id);
                if (statement == insert) {
                    statement.setString(2, "letter");
                }
                statement.executeUpdate();
                transaction.execute("COMMIT");
            } finally {
                line.release();
            }
        }

        @Override
        public void close() {
            try (connection;
                    transaction;
                    insert;
                    update) {
                line.acquireUninterruptibly();
            } catch (SQLException e) {
                throw new IllegalStateException("the connection must close", e);
            }
        }
    }
}
