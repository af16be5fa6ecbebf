package io.github.duckpool.benchmarks.borrow;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/** Commons Pool 2 alone, with the smallest handle around it. */
final class CommonsPoolSource implements ConnectionSource {
    private final GenericObjectPool<Connection> pool;

    CommonsPoolSource(String url, int size, Duration timeout) {
        GenericObjectPoolConfig<Connection> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(size);
        config.setMaxIdle(size);
        config.setMinIdle(size);
        config.setMaxWait(timeout);
        pool = new GenericObjectPool<>(new Connections(url), config);
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            return new Handle(pool, pool.borrowObject());
        } catch (SQLException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new SQLException(e);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    private static final class Connections extends BasePooledObjectFactory<Connection> {
        private final String url;

        Connections(String url) {
            this.url = url;
        }

        @Override
        public Connection create() throws SQLException {
            return DriverManager.getConnection(url);
        }

        @Override
        public PooledObject<Connection> wrap(Connection connection) {
            return new DefaultPooledObject<>(connection);
        }

        @Override
        public void destroyObject(PooledObject<Connection> pooled) throws Exception {
            pooled.getObject().close();
        }
    }

    private static final class Handle extends StubConnection {
        private final GenericObjectPool<Connection> pool;
        private final Connection connection;

        Handle(GenericObjectPool<Connection> pool, Connection connection) {
            this.pool = pool;
            this.connection = connection;
        }

        @Override
        public Statement createStatement() throws SQLException {
            return connection.createStatement();
        }

        @Override
        public PreparedStatement prepareStatement(String sql) throws SQLException {
            return connection.prepareStatement(sql);
        }

        @Override
        public void close() {
            pool.returnObject(connection);
        }
    }
}
