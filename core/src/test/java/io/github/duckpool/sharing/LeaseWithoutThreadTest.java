package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.DuckPool;
import io.github.duckpool.ThreadShortage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool whose process can't start the thread that would take its turn: who borrows is told, and later borrowers suffer nothing. */
@Timeout(120)
class LeaseWithoutThreadTest {
    @TempDir
    Path directory;

    private String printed(Path database) throws Exception {
        return ChildJvm.run(directory, ThreadShortage.prefix(), Borrowing.class, database.toString());
    }

    @Test
    void aFileIsOpenedWhenThereIsAThreadAgain() throws Exception {
        assertThat(printed(directory.resolve("letters.duckdb")))
                .containsPattern("in the shortage: java.sql.SQL.*no thread can be started.*OutOfMemoryError")
                .contains("then: a connection");
    }

    @Test
    void aPathThatLeadsNowhereIsLookedAtWhenThereIsAThreadAgain() throws Exception {
        assertThat(printed(directory.resolve("nowhere").resolve("letters.duckdb")))
                .containsPattern("in the shortage: java.sql.SQL.*no thread can be started.*OutOfMemoryError")
                .containsPattern("then: .*does not exist");
    }

    /** Borrows from a pool while no thread can be had, and after that. */
    static final class Borrowing {
        public static void main(String[] args) throws Exception {
            try (DuckPool loaded = DuckPool.builder().database(":memory:").build()) {
                loaded.getConnection().close(); // unpacks the driver's library
            }
            try (DuckPool pool =
                    DuckPool.builder().database(Path.of(args[0])).threads(1).build()) {
                ThreadShortage.begin();
                try {
                    System.out.println("in the shortage: " + pool.getConnection(Duration.ofSeconds(5)));
                } catch (SQLException | Error e) {
                    System.out.println("in the shortage: " + e);
                }
                ThreadShortage.end();
                try (Connection connection = pool.getConnection(Duration.ofSeconds(5))) {
                    System.out.println("then: a connection " + connection);
                } catch (SQLException e) {
                    System.out.println("then: " + e);
                }
            }
        }
    }
}
