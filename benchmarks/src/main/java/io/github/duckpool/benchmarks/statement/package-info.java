/** What a statement costs through each pool, and what a cache of prepared statements saves. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.benchmarks.statement;
