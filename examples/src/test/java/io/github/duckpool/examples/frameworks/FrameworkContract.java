package io.github.duckpool.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.DuckPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every data access framework has to get right on the pool: the four operations, transactions that are committed, rolled
 * back and failed, and each connection given back.
 */
abstract class FrameworkContract {
    static final LocalDate DAY = LocalDate.of(2001, 2, 3);

    @TempDir
    private Path directory;

    DuckPool pool;

    /** What is done in one transaction. */
    interface Work {
        void run();
    }

    abstract void open();

    abstract void insert(int id, String title, LocalDate day);

    abstract Optional<String> title(int id);

    abstract Optional<LocalDate> day(int id);

    abstract int rename(int id, String title);

    abstract int delete(int id);

    /** Runs the work in one transaction, which is rolled back if the work throws; the exception is thrown on. */
    abstract void inTransaction(Work work);

    /** Runs one query in a transaction that the framework was told only reads. */
    abstract Optional<String> titleInReadOnlyTransaction(int id);

    void shut() {}

    @BeforeEach
    void makeThePool() throws SQLException {
        pool = DuckPool.builder()
                .database(directory.resolve("letters.duckdb"))
                .maxSize(3)
                .build();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE letter(id INTEGER PRIMARY KEY, title VARCHAR NOT NULL, written DATE)");
        }
        open();
    }

    @AfterEach
    void everyConnectionIsBack() {
        shut();
        assertThat(pool.stats().active()).isZero();
        pool.close();
    }

    @Test
    void createsReadsUpdatesAndDeletes() {
        insert(1, "Frågestund", DAY);
        assertThat(title(1)).contains("Frågestund");
        assertThat(day(1)).contains(DAY);
        assertThat(title(2)).isEmpty();
        assertThat(rename(1, "Question time")).isEqualTo(1);
        assertThat(title(1)).contains("Question time");
        assertThat(delete(1)).isEqualTo(1);
        assertThat(title(1)).isEmpty();
    }

    @Test
    void aTransactionIsCommittedAsAWhole() {
        inTransaction(() -> {
            insert(1, "one", DAY);
            insert(2, "two", DAY);
            assertThat(title(1)).contains("one");
        });
        assertThat(title(1)).contains("one");
        assertThat(title(2)).contains("two");
    }

    @Test
    void aTransactionIsRolledBackAsAWhole() {
        insert(1, "one", DAY);
        IllegalStateException refused = new IllegalStateException("refused");
        assertThatThrownBy(() -> inTransaction(() -> {
                    insert(2, "two", DAY);
                    rename(1, "changed");
                    throw refused;
                }))
                .isSameAs(refused);
        assertThat(title(1)).contains("one");
        assertThat(title(2)).isEmpty();
    }

    @Test
    void aTransactionInWhichAStatementFailedLeavesNothing() {
        insert(1, "one", DAY);
        assertThatThrownBy(() -> inTransaction(() -> {
                    insert(2, "two", DAY);
                    insert(1, "again", DAY);
                }))
                .hasStackTraceContaining("Duplicate key");
        assertThat(title(1)).contains("one");
        assertThat(title(2)).isEmpty();
        insert(3, "three", DAY);
        assertThat(title(3)).contains("three");
    }

    @Test
    void aTransactionMayBeReadOnly() {
        insert(1, "one", DAY);
        assertThat(titleInReadOnlyTransaction(1)).contains("one");
        insert(2, "two", DAY);
        assertThat(title(2)).contains("two");
    }

    @Test
    void manyThreadsShareThePool() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 1; i <= 8; i++) {
                int first = i * 100;
                work.add(threads.submit(() -> {
                    for (int id = first; id < first + 5; id++) {
                        insert(id, "letter " + id, DAY);
                        assertThat(title(id)).contains("letter " + id);
                    }
                }));
            }
            for (Future<?> future : work) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(title(804)).contains("letter 804");
    }
}
