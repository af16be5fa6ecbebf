/** A service and a document pipeline that share one database file, on real documents. */
package io.github.duckpool.examples.letters;
