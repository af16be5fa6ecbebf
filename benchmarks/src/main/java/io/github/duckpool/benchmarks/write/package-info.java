/** Small writes from many threads, and rows in bulk. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.write;
