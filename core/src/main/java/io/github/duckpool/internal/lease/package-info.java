/** How a database is held: opened, kept, drained, closed and passed on. The pool above it only joins a lease. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.lease;
