/** What a fair mutex costs threads and futures, and how fast it serves those who wait. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.mutex;
