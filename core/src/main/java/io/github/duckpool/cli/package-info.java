/** The command line; not part of the library's API. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.cli;
