package io.github.duckpool;

import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.pool.AnchoredDatabase;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Makes one attempt to open the database that a configuration names. */
final class DatabaseOpener {
    private DatabaseOpener() {}

    static OpenDatabase open(DuckPoolConfig config) throws SQLException {
        if (config.dataSource().isPresent()) {
            return AnchoredDatabase.open(config.dataSource().get(), config.initSql());
        }
        Map<String, String> settings = new HashMap<>(config.settings());
        if (config.readOnly()) {
            settings.put("duckdb.read_only", "true");
        }
        return AnchoredDatabase.open(config.url(), settings, config.initSql());
    }
}
