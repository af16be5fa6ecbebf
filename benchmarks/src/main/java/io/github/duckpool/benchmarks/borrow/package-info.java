/** What a borrow and its return cost, here and at the peers. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.borrow;
