/** The write path: the writers' line, units of work, group commit and coalesced appends. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.write;
