/** What a retry costs where nothing fails. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.retry;
