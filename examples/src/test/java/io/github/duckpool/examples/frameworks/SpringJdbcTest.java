package io.github.duckpool.examples.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's {@link JdbcTemplate} and {@link DataSourceTransactionManager}. */
class SpringJdbcTest extends FrameworkContract {
    private JdbcTemplate jdbc;
    private TransactionTemplate transactions;
    private TransactionTemplate readOnly;

    @Override
    void open() {
        jdbc = new JdbcTemplate(pool);
        DataSourceTransactionManager manager = new DataSourceTransactionManager(pool);
        transactions = new TransactionTemplate(manager);
        readOnly = new TransactionTemplate(manager);
        readOnly.setReadOnly(true);
    }

    @Override
    void insert(int id, String title, LocalDate day) {
        jdbc.update("INSERT INTO letter VALUES (?, ?, ?)", id, title, day);
    }

    @Override
    Optional<String> title(int id) {
        return jdbc.queryForList("SELECT title FROM letter WHERE id = ?", String.class, id).stream()
                .findFirst();
    }

    @Override
    Optional<LocalDate> day(int id) {
        return jdbc
                .query(
                        "SELECT written FROM letter WHERE id = ?",
                        (row, number) -> row.getObject("written", LocalDate.class),
                        id)
                .stream()
                .findFirst();
    }

    @Override
    int rename(int id, String title) {
        return jdbc.update("UPDATE letter SET title = ? WHERE id = ?", title, id);
    }

    @Override
    int delete(int id) {
        return jdbc.update("DELETE FROM letter WHERE id = ?", id);
    }

    @Override
    void inTransaction(Work work) {
        transactions.executeWithoutResult(status -> work.run());
    }

    @Override
    Optional<String> titleInReadOnlyTransaction(int id) {
        return readOnly.execute(status -> title(id));
    }

    @Test
    void batches() {
        jdbc.batchUpdate(
                "INSERT INTO letter VALUES (?, ?, ?)",
                List.of(new Object[] {1, "one", DAY}, new Object[] {2, "two", DAY}));
        assertThat(jdbc.queryForObject("SELECT count(*) FROM letter", Integer.class))
                .isEqualTo(2);
    }

    @Test
    void aClosedPoolIsACannotGetJdbcConnectionException() {
        pool.close();
        assertThatThrownBy(() -> title(1)).isInstanceOf(CannotGetJdbcConnectionException.class);
    }
}
