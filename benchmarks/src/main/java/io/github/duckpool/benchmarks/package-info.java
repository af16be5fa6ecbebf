/** duckpool side by side with its peers. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks;
