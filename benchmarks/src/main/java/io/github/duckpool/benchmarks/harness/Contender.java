package io.github.duckpool.benchmarks.harness;

/**
 * One of those that are compared.
 *
 * @param name the same in every case of the family
 * @param turn what it does in each round
 */
public record Contender(String name, Turn turn) {}
