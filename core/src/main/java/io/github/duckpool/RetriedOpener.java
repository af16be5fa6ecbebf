package io.github.duckpool;

import io.github.duckpool.internal.lease.FileOpener;
import io.github.duckpool.internal.lease.LeaseTerms;
import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.lease.Opener;
import io.github.duckpool.internal.pool.AnchoredDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Opens a pool's file, in attempts that the pool's retry policy paces. */
record RetriedOpener(DuckPoolConfig config) implements FileOpener {

    @Override
    public OpenDatabase open(Path file) throws SQLException {
        return DatabaseOpener.open(config, file);
    }

    @Override
    public void prepare() {
        AnchoredDatabase.loadDriver();
    }

    @Override
    public OpenDatabase retry(Opener attempt, long budgetNanos) throws SQLException {
        return config.retry().call(attempt::open, Duration.ofNanos(budgetNanos));
    }

    @Override
    public boolean reportsHolder() {
        return config.retry().reportsHolder();
    }

    /** The same for the lease, in its terms. */
    static LeaseTerms terms(DuckPoolConfig config) {
        Sharing sharing = config.sharing();
        Map<String, String> settings = new HashMap<>(config.databaseUrl().settings());
        config.settings().forEach(settings::putIfAbsent);
        return new LeaseTerms(
                config.poolName(),
                config.readOnly(),
                sharing.mode() != Sharing.Mode.EXCLUSIVE,
                PoolDataSource.nanos(sharing.minSlice()),
                sharing.maxSlice().map(PoolDataSource::nanos).orElse(0L),
                sharing.cutsOff(),
                sharing.idleRelease().map(PoolDataSource::nanos).orElse(0L),
                config.lendAfterLockLoss(),
                settings,
                config.alertListener());
    }
}
