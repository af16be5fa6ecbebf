package io.github.duckpool;

import static io.github.duckpool.DuckPoolTest.intOf;
import static io.github.duckpool.DuckPoolTest.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are appended from anywhere go together, and each caller gets its own outcome. */
@Timeout(60)
class AppendTest {
    @TempDir
    Path directory;

    private DuckPool pool;
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void open() throws SQLException {
        pool = DuckPool.builder()
                .database(directory.resolve("w.duckdb"))
                .poolName("letters")
                .build();
        sql("CREATE TABLE t (x INTEGER PRIMARY KEY, name VARCHAR)");
    }

    @AfterEach
    void close() {
        pool.close();
        assertThat(pool.stats().active()).isZero();
    }

    private void sql(String sql) throws SQLException {
        pool.write(c -> {
            run(c, sql);
            return 0;
        });
    }

    private List<@Nullable String> strings(String query) throws SQLException {
        return pool.read(c -> {
            List<@Nullable String> all = new ArrayList<>();
            try (Statement statement = c.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    all.add(rows.getString(1));
                }
            }
            return all;
        });
    }

    private void block() throws InterruptedException {
        assertThat(WriteFixture.block(pool, release)).isNotDone();
    }

    @Test
    void rowsKeepTheirOrder() throws Exception {
        sql("CREATE TABLE plain (x INTEGER)");
        block();
        List<CompletableFuture<?>> rows = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            rows.add(pool.appendAsync("plain", i));
            all.add(Integer.toString(i));
        }
        release.countDown();
        for (CompletableFuture<?> row : rows) {
            assertThat(row.get()).isNull();
        }
        assertThat(strings("SELECT x FROM plain ORDER BY rowid")).isEqualTo(all);
    }

    @Test
    void aBadRowFailsAlone() throws Exception {
        pool.append("t", 77, "before");
        block();
        List<CompletableFuture<?>> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(
                    switch (i) {
                        case 20 -> pool.appendAsync("t", "no number", "x");
                        case 40 -> pool.appendAsync("t", i);
                        case 41 -> pool.appendAsync("t", 39, "double");
                        case 60 -> pool.appendAsync("nowhere", i);
                        default -> pool.appendAsync("t", i, "n" + i);
                    });
        }
        release.countDown();
        for (int i = 0; i < rows.size(); i++) {
            CompletableFuture<?> row = rows.get(i);
            if (i == 20 || i == 40 || i == 41 || i == 60 || i == 77) {
                assertThatThrownBy(row::get)
                        .as("row %d", i)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(SQLException.class);
            } else {
                assertThat(row.get()).isNull();
            }
        }
        assertThat(pool.<Integer>read(c -> intOf(c, "SELECT count(*) FROM t"))).isEqualTo(96);
    }

    /** What an appender would store without a word, and an INSERT would refuse or convert. */
    @Test
    void valuesMeanWhatTheyMeanToAnInsert() throws Exception {
        sql("CREATE TABLE u (small UTINYINT, text VARCHAR, price DECIMAL(5, 2), day DATE)");
        block();
        List<CompletableFuture<?>> rows = new ArrayList<>();
        rows.add(pool.appendAsync("u", -1, "negative", null, null));
        rows.add(pool.appendAsync("u", 300, "too large", null, null));
        for (int i = 0; i < 40; i++) {
            rows.add(pool.appendAsync("u", i, i, "1.5", "2026-01-02"));
        }
        release.countDown();
        assertThatThrownBy(rows.get(0)::get).hasCauseInstanceOf(SQLException.class);
        assertThatThrownBy(rows.get(1)::get).hasCauseInstanceOf(SQLException.class);
        for (CompletableFuture<?> row : rows.subList(2, rows.size())) {
            assertThat(row.get()).isNull();
        }
        assertThat(strings("SELECT DISTINCT price || ' ' || day FROM u")).containsExactly("1.50 2026-01-02");
        assertThat(strings("SELECT count(*) FROM u WHERE small = CAST(text AS INTEGER)"))
                .containsExactly("40");
    }

    @Test
    void theTableMayChangeBetweenRows() throws Exception {
        pool.append("t", 1, "one");
        sql("ALTER TABLE t ADD COLUMN extra INTEGER");
        pool.append("t", 2, "two", 22);
        assertThatThrownBy(() -> pool.append("t", 3, "three")).isInstanceOf(SQLException.class);
        block();
        List<CompletableFuture<?>> rows = new ArrayList<>();
        for (int i = 10; i < 50; i++) {
            rows.add(pool.appendAsync("t", i, "n", i));
        }
        release.countDown();
        for (CompletableFuture<?> row : rows) {
            assertThat(row.get()).isNull();
        }
        assertThat(strings("SELECT sum(extra) FROM t")).containsExactly(Integer.toString(22 + (10 + 49) * 20));
    }

    @Test
    void tablesAreNamedAsInSql() throws Exception {
        sql("CREATE SCHEMA archive");
        sql("CREATE TABLE archive.\"odd \"\" name\" (x INTEGER)");
        pool.append("archive.\"odd \"\" name\"", 1);
        assertThat(strings("SELECT x FROM archive.\"odd \"\" name\"")).containsExactly("1");
        assertThatIllegalArgumentException().isThrownBy(() -> pool.append("t; DROP TABLE t", 1, "x"));
        assertThatIllegalArgumentException().isThrownBy(() -> pool.appendAsync("", 1));
    }

    @Test
    void aStreamIsOneTransaction() throws Exception {
        Stream<Object[]> rows = IntStream.range(0, 10_000).mapToObj(i -> new Object[] {i, "n" + i});
        assertThat(pool.append("t", rows)).isEqualTo(10_000);
        // Mixed rows, some of which no appender takes.
        Stream<Object[]> mixed = IntStream.range(10_000, 15_000).mapToObj(i ->
                new Object[] {i % 1_000 == 0 ? Integer.toString(i) : (Object) i, i % 7 == 0 ? null : "n"});
        assertThat(pool.append("t", mixed)).isEqualTo(5_000);
        assertThat(pool.append("t", Stream.<Object[]>empty())).isZero();
        assertThat(strings("SELECT count(DISTINCT x) FROM t")).containsExactly("15000");
    }

    @Test
    void aStreamThatFailsLeavesNothing() throws Exception {
        assertThatThrownBy(() -> pool.append(
                        "t", IntStream.range(0, 10_000).mapToObj(i -> new Object[] {i == 9_000 ? 1 : i, "n"})))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> pool.append("t", IntStream.range(0, 10_000).mapToObj(i -> {
                    if (i == 5_000) {
                        throw new IllegalStateException("mine");
                    }
                    return new Object[] {i, "n"};
                })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThat(strings("SELECT count(*) FROM t")).containsExactly("0");
        pool.append("t", 1, "one");
    }

    /** Stages that keep exceptions to themselves, or make others of them, are the caller's; what failed is ours to say. */
    @Test
    void aStreamThatGoesOnAfterAFailureEndsAllTheSame() throws Exception {
        AtomicInteger read = new AtomicInteger();
        Stream<Object[]> deaf = IntStream.range(0, 1_000_000).boxed().mapMulti((i, sink) -> {
            read.incrementAndGet();
            try {
                sink.accept(new Object[] {i < 2_000 ? "no number " + i : (Object) i, "n"});
            } catch (RuntimeException e) {
                // a bad row, it thinks
            }
        });
        assertThatThrownBy(() -> pool.append("t", deaf)).isInstanceOf(SQLException.class);
        assertThat(read).hasValueLessThan(10_000);
        Stream<Object[]> wrapping = IntStream.range(0, 10_000).boxed().mapMulti((i, sink) -> {
            try {
                sink.accept(new Object[] {i < 2_000 ? "no number " + i : (Object) i, "n"});
            } catch (Throwable e) {
                throw new IllegalStateException("row " + i, e);
            }
        });
        assertThatThrownBy(() -> pool.append("t", wrapping)).isInstanceOf(SQLException.class);
        Stream<Object[]> deafer = IntStream.range(0, 10_000).boxed().mapMulti((i, sink) -> {
            try {
                sink.accept(new Object[] {i < 2_000 ? "no number " + i : (Object) i, "n"});
            } catch (Throwable e) {
                // all errors too
            }
        });
        assertThatThrownBy(() -> pool.append("t", deafer)).isInstanceOf(SQLException.class);
        assertThat(strings("SELECT count(*) FROM t")).containsExactly("0");
        pool.append("t", 1, "one");
    }

    @Test
    void nothingIsAppendedFromInsideAWrite() {
        assertThatThrownBy(() -> pool.write(c -> pool.append("t", Stream.<Object[]>of(new Object[] {1, "x"}))))
                .hasMessageContaining("letters: append inside write(fn)");
    }
}
