package io.github.duckpool.sharing;

import io.github.duckpool.DuckPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A process that commits rows, which stay in DuckDB's log, writes more in a transaction that it leaves open, and waits to be
 * killed: {@code file rows}.
 */
final class CrashingHolder {
    private CrashingHolder() {}

    public static void main(String[] args) throws Exception {
        int rows = Integer.parseInt(args[1]);
        try (DuckPool pool = DuckPool.builder()
                .database(Path.of(args[0]))
                .borrowTimeout(Duration.ofMinutes(1))
                .build()) {
            for (int number = 0; number < rows; number++) {
                try (Connection connection = pool.getConnection()) {
                    write(connection, number);
                }
            }
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                for (int number = rows; number < 2 * rows; number++) {
                    write(connection, number);
                }
                System.out.println("in a transaction");
                while (System.in.read() >= 0) {
                    // until it is killed
                }
            }
        }
    }

    private static void write(Connection connection, int number) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO letter VALUES (" + number + ", 'a letter')");
        }
    }
}
