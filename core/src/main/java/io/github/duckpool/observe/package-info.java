/** What a pool tells about itself. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.observe;
