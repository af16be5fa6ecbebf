/** One file and several processes: how quickly it changes hands, how much work gets done, and how fairly. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.processes;
