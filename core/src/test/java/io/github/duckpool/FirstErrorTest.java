package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of several errors of one write its caller is told the first, with the later ones suppressed. */
@Timeout(60)
class FirstErrorTest {
    private final FaultySource source = new FaultySource();
    private final DuckPool pool =
            DuckPool.builder().dataSource(source).maxSize(2).build();

    FirstErrorTest() throws SQLException {
        source.fault = () -> new SQLException("of the rollback");
    }

    @AfterEach
    void close() throws SQLException {
        pool.close();
        source.close();
    }

    /** Inserts, and fails in such a way that the rollback fails too. */
    private int fail(Connection c, Exception why) throws SQLException {
        DuckPoolTest.run(c, "INSERT INTO t VALUES (1)");
        source.failAfter = "Connection.rollback";
        if (why instanceof SQLException e) {
            throw e;
        }
        throw (RuntimeException) why;
    }

    private void assertFirst(@Nullable Throwable told, Exception first) throws SQLException {
        assertThat(source.failAfter).as("the rollback failed").isNull();
        assertThat(told).isSameAs(first);
        assertThat(first.getSuppressed()).extracting(Throwable::getMessage).contains("of the rollback");
        assertThat(source.rows()).isZero();
    }

    @Test
    void whatTheRollbackThrowsComesWithTheErrorOfTheFunction() throws Exception {
        for (Exception first : List.of(new SQLException("first"), new IllegalStateException("first"))) {
            assertFirst(catchThrowable(() -> pool.write(c -> fail(c, first))), first);
        }
        for (Exception first : List.of(new SQLException("first"), new IllegalStateException("first"))) {
            Throwable told =
                    catchThrowable(() -> pool.writeAsync(c -> fail(c, first)).get(20, TimeUnit.SECONDS));
            assertThat(told).isInstanceOf(ExecutionException.class);
            assertFirst(told.getCause(), first);
        }
    }

    @Test
    void whatAFunctionThrowsThatWasStoppedComesWithTheReason() throws Exception {
        IllegalStateException own = new IllegalStateException("of the function");
        AtomicBoolean begun = new AtomicBoolean();
        Throwable told = null;
        for (Duration time = Duration.ofMillis(100); !begun.get(); time = time.multipliedBy(2)) {
            Duration its = time; // may be over before the function begins
            told = catchThrowable(() -> pool.<Integer>write(
                    c -> {
                        begun.set(true);
                        try {
                            while (true) {
                                DuckPoolTest.run(c, "SELECT 1");
                            }
                        } catch (SQLException stopped) {
                            throw own;
                        }
                    },
                    its));
        }
        assertThat(told).isInstanceOf(SQLTimeoutException.class);
        assertThat(told.getSuppressed()).contains(own);
    }
}
