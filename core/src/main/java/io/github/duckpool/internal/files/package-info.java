/** What is known of file systems. Shared by the diagnosis and the command line. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.internal.files;
