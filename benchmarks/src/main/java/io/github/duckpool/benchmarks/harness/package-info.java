/** What all families of benchmarks share: turns in interleaved rounds, medians with spread, ratios, tables, charts and the guard. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.harness;
