/** How those who wait are told. Shared by the mutexes and the borrow gate. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.wait;
