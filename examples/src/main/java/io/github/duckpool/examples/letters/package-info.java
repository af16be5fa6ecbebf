/** A service and a document pipeline that share one database file, on real documents. */
@NullMarked
package io.github.duckpool.examples.letters;

import org.jspecify.annotations.NullMarked;
