package io.github.duckpool.benchmarks.statement;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.benchmarks.borrow.Pools;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who keeps statements is seen to keep them: what counts them must not keep a pool's cache from its work. */
class KeptStatementsTest {
    private static final int QUERIES = 40;

    @ParameterizedTest
    @ValueSource(strings = {Pools.DUCKPOOL, Pools.DBCP2, Pools.VIBUR, Pools.C3P0})
    void whoeverKeepsStatementsFindsThem(String pool, @TempDir Path directory) throws Exception {
        assertThat(new KeptStatements(QUERIES).run(pool, directory))
                .hasEntrySatisfying(
                        KeptStatements.HIT_RATIO, ratio -> assertThat(ratio).isGreaterThan(0.2));
    }

    @ParameterizedTest
    @ValueSource(strings = {Pools.HIKARI, Pools.AGROAL, Pools.COMMONS_POOL})
    void whoeverKeepsNoneFindsNone(String pool, @TempDir Path directory) throws Exception {
        assertThat(new KeptStatements(QUERIES).run(pool, directory)).containsEntry(KeptStatements.HIT_RATIO, 0.0);
    }
}
