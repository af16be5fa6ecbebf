package io.github.duckpool.benchmarks.borrow;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/** The pools side by side, each with its defaults, a fixed size and a time-out of 30 s. */
final class Pools {
    private static final long OVERTAKING_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Pools() {}

    static ConnectionSource open(String name, String url, int size) throws SQLException {
        return switch (name) {
            case "gate" -> new GateDataSource(url, size, OVERTAKING_NANOS);
            case "gateStrict" -> new GateDataSource(url, size, 0);
            case "hikari" -> hikari(url, size);
            case "agroal" -> agroal(url, size);
            case "tomcat" -> tomcat(url, size);
            default ->
                throw new IllegalArgumentException("pool must be one of gate, hikari, agroal, tomcat, was " + name);
        };
    }

    private static ConnectionSource hikari(String url, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(size);
        return of(new HikariDataSource(config));
    }

    private static ConnectionSource of(HikariDataSource pool) {
        return new ConnectionSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return pool.getConnection();
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    private static ConnectionSource agroal(String url, int size) throws SQLException {
        AgroalDataSource pool = AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(c -> c.maxSize(size)
                        .initialSize(size)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .connectionFactoryConfiguration(f -> f.jdbcUrl(url))));
        return new ConnectionSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return pool.getConnection();
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    private static ConnectionSource tomcat(String url, int size) {
        PoolProperties config = new PoolProperties();
        config.setUrl(url);
        config.setDriverClassName(
                url.startsWith(StubDriver.URL) ? StubDriver.class.getName() : "org.duckdb.DuckDBDriver");
        config.setMaxActive(size);
        config.setMaxIdle(size);
        config.setInitialSize(size);
        config.setMaxWait(30_000);
        org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource(config);
        return new ConnectionSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return pool.getConnection();
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }
}
