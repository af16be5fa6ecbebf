package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said about borrowers while they come and go. */
@Timeout(120)
class BorrowReportTest {
    private static final int SIZE = 500;
    private static final int REPORTS = 1_000;

    /** A sort whose keys change under it throws. */
    @Test
    void whoComesAndGoesWhileTheReportIsMadeDoesNotBreakIt() throws Exception {
        AtomicReference<Throwable> odd = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        try (DuckPool pool =
                DuckPool.builder().database(":memory:").maxSize(SIZE).build()) {
            Thread borrower = new Thread(() -> {
                List<Connection> held = new ArrayList<>();
                try {
                    for (int i = 0; i < SIZE; i++) {
                        held.add(pool.getConnection());
                    }
                    for (int i = 0; !over.get(); i = (i + 37) % SIZE) {
                        held.get(i).close();
                        CoarseClock.use(); // a tick
                        held.set(i, pool.getConnection());
                        CoarseClock.release();
                    }
                    for (Connection c : held) {
                        c.close();
                    }
                } catch (SQLException e) {
                    odd.set(e);
                }
            });
            borrower.start();
            while (pool.stats().active() < SIZE - 1 && odd.get() == null) {
                Thread.onSpinWait();
            }
            try {
                for (int i = 0; i < REPORTS; i++) {
                    assertThat(pool.stats().oldestBorrow()).isPresent();
                }
            } finally {
                over.set(true);
                borrower.join();
            }
        }
        assertThat(odd.get()).isNull();
    }
}
