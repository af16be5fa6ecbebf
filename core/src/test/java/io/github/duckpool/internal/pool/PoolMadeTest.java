package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.internal.lease.Lease;
import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.lease.Tenant;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A pool joins a lease that works for others already, and asks every member whether it wants the file. */
class PoolMadeTest {
    private static final PoolSettings SETTINGS =
            new PoolSettings("letters", 1, 1, 1_000_000, 0, 0, 0, 1_000_000_000, 0, 0, List.of());

    @Test
    void aPoolThatIsJustBeingMadeCanBeAskedWhetherItWantsTheFile() {
        var requests = new AtomicInteger();
        var pool = new ConnectionPool(SETTINGS, tenant -> asking(tenant, requests), new PoolThreads("letters", 1));
        pool.start();
        pool.close();
        assertThat(requests).hasValue(1); // for the connection that is kept ready
    }

    private static Lease asking(Tenant tenant, AtomicInteger requests) {
        assertThat(tenant.wanted()).isFalse();
        return new Lease() {
            @Override
            public void request() {
                requests.incrementAndGet();
            }

            @Override
            public Optional<String> obstacle() {
                return Optional.empty();
            }

            @Override
            public Optional<String> fault() {
                return Optional.empty();
            }

            @Override
            public void reopen(OpenDatabase broken, SQLException why) {
                throw new AssertionError("nothing was opened", why);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }
}
