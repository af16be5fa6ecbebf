/** What DuckDB's errors mean, and who holds the lock on a database file. Knows nothing of pools. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.lock;
