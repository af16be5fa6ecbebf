/** Exponential backoff for DuckDB's lock and conflict errors, on Resilience4j. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.retry;
