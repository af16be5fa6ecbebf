/** The lock-free hot path of the pool: slots that are borrowed and given back, and the line of those who wait for one. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.gate;
