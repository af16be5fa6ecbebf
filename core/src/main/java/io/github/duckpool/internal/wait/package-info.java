/** One who waits for something that is handed over, and the line of them. Shared by the mutexes and the borrow gate. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.wait;
