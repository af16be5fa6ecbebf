/** First-come, first-served locks, within a process and between processes. */
@org.jspecify.annotations.NullMarked
package io.github.duckpool.mutex;
