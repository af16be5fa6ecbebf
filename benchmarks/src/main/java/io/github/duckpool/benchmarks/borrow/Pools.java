package io.github.duckpool.benchmarks.borrow;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import java.beans.PropertyVetoException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.vibur.dbcp.ViburDBCPDataSource;

/**
 * The pools side by side, each with a fixed size, a time-out of 30 s and else its defaults, save that none asks the database at
 * every borrow whether a connection is alive: DBCP2 does so by default, which takes DuckDB 190 µs.
 */
public final class Pools {
    /** duckpool, and the names of its peers. */
    public static final String DUCKPOOL = "duckpool";

    public static final String DUCKPOOL_STRICT = "duckpool, no overtaking";
    public static final String HIKARI = "HikariCP";
    public static final String AGROAL = "Agroal";
    public static final String TOMCAT = "Tomcat";
    public static final String DBCP2 = "DBCP2";
    public static final String COMMONS_POOL = "Commons Pool 2";
    public static final String VIBUR = "Vibur";
    public static final String C3P0 = "c3p0";

    public static final List<String> MAIN = List.of(DUCKPOOL, HIKARI, AGROAL, TOMCAT);
    public static final List<String> ALL = List.of(DUCKPOOL, HIKARI, AGROAL, TOMCAT, DBCP2, COMMONS_POOL, VIBUR, C3P0);

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private Pools() {}

    /**
     * Opens a pool.
     *
     * @param name one of the names of this class
     * @param url of DuckDB or of the stub
     * @param size how many connections it has
     * @return the pool
     * @throws SQLException if it can't be opened
     */
    public static ConnectionSource open(String name, String url, int size) throws SQLException {
        return switch (name) {
            case DUCKPOOL -> duckpool(url, size, DuckPool.builder());
            case DUCKPOOL_STRICT -> duckpool(url, size, DuckPool.builder().maxOvertaking(Duration.ZERO));
            case HIKARI -> hikari(url, size);
            case AGROAL -> agroal(url, size);
            case TOMCAT -> opened(tomcat(url, size));
            case DBCP2 -> {
                BasicDataSource pool = dbcp2(url, size);
                yield ConnectionSource.of(pool, pool::close);
            }
            case COMMONS_POOL -> new CommonsPoolSource(url, size, TIMEOUT);
            case VIBUR -> {
                ViburDBCPDataSource pool = vibur(url, size);
                pool.start();
                yield ConnectionSource.of(pool, pool::close);
            }
            case C3P0 -> {
                ComboPooledDataSource pool = c3p0(url, size);
                yield ConnectionSource.of(pool, pool::close);
            }
            default -> throw new IllegalArgumentException("pool must be one of " + ALL + ", was " + name);
        };
    }

    /**
     * Opens a pool whose connections keep prepared statements, if it has such a cache: HikariCP, Agroal and Commons Pool 2 have
     * none. Tomcat's and Vibur's limits are for the whole pool, and so {@code size} times as large.
     *
     * @param name one of the names of this class
     * @param url as for {@link #open}
     * @param size how many connections it has
     * @param statements how many statements each connection may keep; 0 for no cache
     * @return the pool
     * @throws SQLException if it can't be opened
     */
    public static ConnectionSource openKeepingStatements(String name, String url, int size, int statements)
            throws SQLException {
        if (statements == 0 && !name.equals(DUCKPOOL)) {
            return open(name, url, size);
        }
        return switch (name) {
            case DUCKPOOL -> duckpool(url, size, DuckPool.builder().statementCacheSize(statements));
            case TOMCAT -> {
                PoolProperties pool = tomcat(url, size);
                pool.setJdbcInterceptors("StatementCache(prepared=true,callable=false,max=" + size * statements + ")");
                yield opened(pool);
            }
            case DBCP2 -> {
                BasicDataSource pool = dbcp2(url, size);
                pool.setPoolPreparedStatements(true);
                pool.setMaxOpenPreparedStatements(statements);
                yield ConnectionSource.of(pool, pool::close);
            }
            case VIBUR -> {
                ViburDBCPDataSource pool = vibur(url, size);
                pool.setStatementCacheMaxSize(size * statements);
                pool.start();
                yield ConnectionSource.of(pool, pool::close);
            }
            case C3P0 -> {
                ComboPooledDataSource pool = c3p0(url, size);
                pool.setMaxStatementsPerConnection(statements);
                yield ConnectionSource.of(pool, pool::close);
            }
            default -> open(name, url, size);
        };
    }

    private static ConnectionSource duckpool(String url, int size, DuckPoolBuilder builder) {
        if (url.startsWith("jdbc:duckdb:")) {
            builder.url(url);
        } else {
            builder.dataSource(new DriverDataSource(url));
        }
        DuckPool pool = builder.maxSize(size).borrowTimeout(TIMEOUT).build();
        return ConnectionSource.of(pool, pool::close);
    }

    private static ConnectionSource hikari(String url, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(TIMEOUT.toMillis());
        HikariDataSource pool = new HikariDataSource(config);
        return ConnectionSource.of(pool, pool::close);
    }

    private static ConnectionSource agroal(String url, int size) throws SQLException {
        AgroalDataSource pool = AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(c -> c.maxSize(size)
                        .initialSize(size)
                        .acquisitionTimeout(TIMEOUT)
                        .connectionFactoryConfiguration(f -> f.jdbcUrl(url))));
        return ConnectionSource.of(pool, pool::close);
    }

    private static PoolProperties tomcat(String url, int size) {
        PoolProperties config = new PoolProperties();
        config.setUrl(url);
        config.setDriverClassName(driverOf(url));
        config.setMaxActive(size);
        config.setMaxIdle(size);
        config.setMinIdle(size);
        config.setInitialSize(size);
        config.setMaxWait((int) TIMEOUT.toMillis());
        return config;
    }

    private static ConnectionSource opened(PoolProperties config) {
        org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource(config);
        return ConnectionSource.of(pool, pool::close);
    }

    private static BasicDataSource dbcp2(String url, int size) {
        BasicDataSource pool = new BasicDataSource();
        pool.setUrl(url);
        pool.setDriverClassName(driverOf(url));
        pool.setMaxTotal(size);
        pool.setMaxIdle(size);
        pool.setInitialSize(size);
        pool.setMaxWait(TIMEOUT);
        pool.setTestOnBorrow(false);
        return pool;
    }

    private static ViburDBCPDataSource vibur(String url, int size) {
        ViburDBCPDataSource pool = new ViburDBCPDataSource();
        pool.setJdbcUrl(url);
        pool.setDriverClassName(driverOf(url));
        pool.setUsername("");
        pool.setPassword("");
        pool.setPoolInitialSize(size);
        pool.setPoolMaxSize(size);
        pool.setConnectionTimeoutInMs(TIMEOUT.toMillis());
        return pool;
    }

    private static ComboPooledDataSource c3p0(String url, int size) throws SQLException {
        ComboPooledDataSource pool = new ComboPooledDataSource();
        try {
            pool.setDriverClass(driverOf(url));
        } catch (PropertyVetoException e) {
            throw new SQLException(e);
        }
        pool.setJdbcUrl(url);
        pool.setInitialPoolSize(size);
        pool.setMinPoolSize(size);
        pool.setMaxPoolSize(size);
        pool.setCheckoutTimeout((int) TIMEOUT.toMillis());
        return pool;
    }

    private static String driverOf(String url) {
        if (url.startsWith(StubDriver.URL)) {
            return StubDriver.class.getName();
        }
        return url.startsWith(CountedDriver.URL) ? CountedDriver.class.getName() : "org.duckdb.DuckDBDriver";
    }
}
