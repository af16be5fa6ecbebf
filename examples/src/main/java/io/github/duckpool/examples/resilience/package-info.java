/** The retries of duckpool together with other guards of Resilience4j. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.examples.resilience;
