/** What grows with the number of threads, processes, connections and waiters, and what must not grow with time. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.scale;
