/** Retries for DuckDB's lock and conflict errors, on Resilience4j, for a duckpool and for any other {@code DataSource}. */
module io.github.duckpool.retry {
    requires transitive io.github.duckpool;
    requires transitive io.github.resilience4j.retry;
    requires io.github.resilience4j.core;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.github.duckpool.retry;
}
