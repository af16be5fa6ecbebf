package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.internal.lease.WrittenMeanwhileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens between the looks of one opening is done here by other connections, which are closed before the second look. */
class UndisturbedOpeningTest {
    @TempDir
    Path directory;

    private Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:duckdb:" + directory.resolve("letters.duckdb"));
    }

    private void write(String sql) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private UndisturbedOpening begin() {
        return UndisturbedOpening.begin(directory.resolve("letters.duckdb"));
    }

    @Test
    void aDatabaseThatThisOpeningMakesIsNoDisturbance() throws Exception {
        UndisturbedOpening opening = begin();
        try (Connection opened = open()) {
            opening.end(opened, "letters");
            assertThat(opened.isClosed()).isFalse();
        }
    }

    @Test
    void aDatabaseThatAnotherMakesMeanwhileIsOne() throws Exception {
        UndisturbedOpening opening = begin();
        write("CREATE TABLE letter AS SELECT 7 AS id");
        Connection opened = open();
        assertThatThrownBy(() -> opening.end(opened, "letters")).isInstanceOf(WrittenMeanwhileException.class);
        assertThat(opened.isClosed()).isTrue();
    }

    @Test
    void aCheckpointThatAnotherWritesMeanwhileIsOne() throws Exception {
        write("CREATE TABLE letter AS SELECT 7 AS id");
        UndisturbedOpening opening = begin();
        write("INSERT INTO letter VALUES (8)");
        Connection opened = open();
        assertThatThrownBy(() -> opening.end(opened, "letters")).isInstanceOf(WrittenMeanwhileException.class);
        assertThat(opened.isClosed()).isTrue();
    }

    @Test
    void whatIsOnlyReadIsNone() throws Exception {
        write("CREATE TABLE letter AS SELECT 7 AS id");
        UndisturbedOpening opening = begin();
        write("FROM letter");
        try (Connection opened = open()) {
            opening.end(opened, "letters");
            assertThat(opened.isClosed()).isFalse();
        }
    }
}
