/** The pool: what is lent, how it comes back clean, and what a borrower holds meanwhile. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.pool;
