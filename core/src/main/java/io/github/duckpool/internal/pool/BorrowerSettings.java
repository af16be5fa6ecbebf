package io.github.duckpool.internal.pool;

import java.sql.ResultSet;
import java.util.Properties;

/** What JDBC lets a borrower set on a connection and DuckDB's driver has no place for. Ends with the borrow. */
final class BorrowerSettings {
    boolean readOnly;
    int networkTimeoutMillis;
    int holdability = ResultSet.HOLD_CURSORS_OVER_COMMIT;
    final Properties clientInfo = new Properties();

    /** The network timeout as a query timeout, which the driver counts in whole seconds; 0 without one. */
    int queryTimeoutSeconds() {
        return (int) ((networkTimeoutMillis + 999L) / 1000);
    }
}
