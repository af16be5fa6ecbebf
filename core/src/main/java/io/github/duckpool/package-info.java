/** A bounded pool of DuckDB connections that ends lock conflicts. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool;
