package io.github.duckpool.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.junit.jupiter.api.Test;

/** Jdbi 3. */
class JdbiTest extends FrameworkContract {
    private Jdbi jdbi;

    @Override
    void open() {
        jdbi = Jdbi.create(pool);
    }

    /** Inside a transaction Jdbi gives the same handle again. */
    private <T> T with(Function<Handle, T> work) {
        return jdbi.withHandle(work::apply);
    }

    @Override
    void insert(int id, String title, LocalDate day) {
        with(handle -> handle.createUpdate("INSERT INTO letter VALUES (:id, :title, :day)")
                .bind("id", id)
                .bind("title", title)
                .bind("day", day)
                .execute());
    }

    @Override
    Optional<String> title(int id) {
        return with(handle -> handle.createQuery("SELECT title FROM letter WHERE id = :id")
                .bind("id", id)
                .mapTo(String.class)
                .findOne());
    }

    @Override
    Optional<LocalDate> day(int id) {
        return with(handle -> handle.createQuery("SELECT written FROM letter WHERE id = :id")
                .bind("id", id)
                .mapTo(LocalDate.class)
                .findOne());
    }

    @Override
    int rename(int id, String title) {
        return with(handle -> handle.execute("UPDATE letter SET title = ? WHERE id = ?", title, id));
    }

    @Override
    int delete(int id) {
        return with(handle -> handle.execute("DELETE FROM letter WHERE id = ?", id));
    }

    @Override
    void inTransaction(Work work) {
        jdbi.useTransaction(handle -> work.run());
    }

    @Override
    Optional<String> titleInReadOnlyTransaction(int id) {
        return with(handle -> {
            handle.setReadOnly(true);
            return handle.inTransaction(read -> title(id));
        });
    }

    @Test
    void batches() {
        int[] counts = with(handle -> {
            PreparedBatch batch = handle.prepareBatch("INSERT INTO letter VALUES (?, ?, ?)");
            batch.add(1, "one", DAY);
            batch.add(2, "two", DAY);
            return batch.execute();
        });
        assertThat(counts).containsExactly(1, 1);
    }
}
