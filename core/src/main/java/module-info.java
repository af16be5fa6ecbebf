/** A pool of DuckDB connections, the FIFO mutex under it, and the diagnosis of a database file's lock. */
module io.github.duckpool {
    requires transitive java.sql;
    requires java.management;
    requires org.apache.commons.pool2;
    requires org.slf4j;
    requires duckdb.jdbc;
    requires static org.jspecify;
    requires static info.picocli;

    exports io.github.duckpool;
    exports io.github.duckpool.lock;
    exports io.github.duckpool.mutex;
    exports io.github.duckpool.observe;
}
