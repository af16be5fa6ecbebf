package io.github.duckpool.examples.letters;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final Figures SOME = new Figures(10, 1, 1, 2, 3, 0, 0, 0, 0, 0);

    private List<Audit> auditAfter(String damage) throws SQLException {
        try (DuckPool pool = DuckPool.builder().database(":memory:").build();
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            Archive.create(connection);
            Archive.insert(
                    connection,
                    List.of(
                            new Letter(1, "a", LocalDate.EPOCH, "one"),
                            new Letter(2, "b", LocalDate.EPOCH, "two"),
                            new Letter(3, "c", LocalDate.EPOCH, "three")));
            Archive.noteReading(connection, 1, 1, 1);
            Archive.noteReading(connection, 2, 1, 1);
            Archive.noteReading(connection, 2, 2, 2);
            statement.execute(damage);
            return Audit.of(connection, List.of(1, 2, 3), List.of(1, 2));
        }
    }

    @Test
    void passesWhenEveryRowIsThere() throws Exception {
        List<Audit> audits = auditAfter("SELECT 1");

        assertThat(audits)
                .containsExactly(
                        new Audit("letters", 3, 3, 0), new Audit("readings", 3, 3, 0), new Audit("counted", 3, 3, 0));
        Summary summary = new Summary(audits, true);
        summary.process("service", 3, SOME);
        assertThat(summary.passed()).isTrue();
        assertThat(summary.toString()).doesNotContain("FAILED");
    }

    @Test
    void noticesAMissingLetter() throws Exception {
        Summary summary = new Summary(auditAfter("DELETE FROM letters WHERE id = 2"), true);

        assertThat(summary.passed()).isFalse();
        assertThat(summary.toString()).contains("FAILED").containsPattern("letters +3 +2 +0");
    }

    @Test
    void noticesAMissingAndAnUnexpectedReading() throws Exception {
        assertThat(auditAfter("UPDATE readings SET number = 7 WHERE reader = 2 AND number = 1"))
                .contains(new Audit("readings", 3, 2, 1));
    }

    @Test
    void noticesALostUpdateOfTheCounter() throws Exception {
        assertThat(auditAfter("UPDATE counter SET readings = 2")).contains(new Audit("counted", 3, 2, 0));
        assertThat(auditAfter("UPDATE counter SET readings = 4")).contains(new Audit("counted", 3, 3, 1));
    }

    @Test
    void anErrorThatReachedACallerFailsTheRun() throws Exception {
        Summary summary = new Summary(auditAfter("SELECT 1"), true);
        summary.process("service", 3, new Figures(10, 1, 1, 2, 3, 0, 0, 0, 1, 0));
        assertThat(summary.passed()).isFalse();
    }

    @Test
    void aProcessThatDidNotEndWellFailsTheRun() throws Exception {
        Summary summary = new Summary(auditAfter("SELECT 1"), false);
        summary.process("service", 3, SOME);
        assertThat(summary.passed()).isFalse();
    }

    @Test
    void twoProcessesAtOnceFailTheRun() throws Exception {
        Lane one = new Lane("one", 0);
        one.change(Hold.HOLDING, 10);
        one.change(Hold.IDLE, 20);
        Lane two = new Lane("two", 0);
        two.change(Hold.HOLDING, 19);
        two.change(Hold.IDLE, 30);
        Summary summary = new Summary(auditAfter("SELECT 1"), true);
        summary.process("service", 3, SOME);
        summary.turns(Turns.of(List.of(one, two)));
        assertThat(summary.passed()).isFalse();
        assertThat(summary.toString()).contains("1 TIMES TWO AT ONCE");
    }

    @Test
    void aProcessThatDidNothingFailsTheRun() throws Exception {
        Summary summary = new Summary(auditAfter("SELECT 1"), true);
        summary.process("service", 3, new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(summary.passed()).isFalse();
    }
}
