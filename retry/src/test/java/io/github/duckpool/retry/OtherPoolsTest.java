package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.github.duckpool.lock.DuckError;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pools people have, on a file that another process holds for a while: each says so in its own way. */
@Timeout(300)
class OtherPoolsTest {
    @TempDir
    Path directory;

    @Test
    void hikari() throws Exception {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(url());
            pool.setMaximumPoolSize(2);
            pool.setConnectionTimeout(250);
            waits(pool);
        }
    }

    @Test
    void dbcp() throws Exception {
        try (BasicDataSource pool = new BasicDataSource()) {
            pool.setUrl(url());
            pool.setMaxWait(Duration.ofMillis(250));
            waits(pool);
        }
    }

    @Test
    void agroal() throws Exception {
        try (AgroalDataSource pool = AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier().connectionPoolConfiguration(settings -> settings.maxSize(2)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url()))))) {
            waits(pool);
        }
    }

    private String url() {
        return "jdbc:duckdb:" + directory.resolve("letters.duckdb");
    }

    private void waits(DataSource pool) throws Exception {
        try (FileHolder holder = FileHolder.hold(directory.resolve("letters.duckdb"))) {
            Throwable alone = catchThrowable(() -> pool.getConnection().close());
            assertThat(Family.classify(alone))
                    .hasValueSatisfying(error -> assertThat(error.kind()).isEqualTo(DuckError.Kind.FILE_LOCKED));
            LockRetry retry =
                    LockRetry.builder().deadline(Duration.ofMinutes(2)).build();
            // The pools whose own threads open the file may tell it late: the first to be told ends the hold.
            retry.retries().forEach(r -> r.getEventPublisher().onRetry(event -> holder.letGo()));
            try (Connection connection = RetryingDataSource.wrap(pool, retry).getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT pid FROM held_by")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isEqualTo(holder.pid());
            }
        }
    }
}
