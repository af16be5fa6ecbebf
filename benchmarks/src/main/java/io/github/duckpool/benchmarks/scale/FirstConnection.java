package io.github.duckpool.benchmarks.scale;

import io.github.duckpool.benchmarks.borrow.ConnectionSource;
import io.github.duckpool.benchmarks.borrow.Pools;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A fresh process that gets a connection and runs one query: {@code pool file}. Prints how long both took from the main method on. */
public final class FirstConnection {
    static final String TIME = "time to the first answer";
    static final String DRIVER = "driver alone";

    private FirstConnection() {}

    /**
     * The process.
     *
     * @param args the pool and the file
     * @throws SQLException if it could not connect
     */
    public static void main(String[] args) throws SQLException {
        long begin = System.nanoTime();
        String url = "jdbc:duckdb:" + args[1];
        if (args[0].equals(DRIVER)) {
            try (Connection connection = DriverManager.getConnection(url)) {
                select(connection);
                System.out.println(System.nanoTime() - begin);
            }
        } else {
            try (ConnectionSource source = Pools.open(args[0], url, 5);
                    Connection connection = source.getConnection()) {
                select(connection);
                System.out.println(System.nanoTime() - begin);
            }
        }
    }

    private static void select(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT 1")) {
            if (!result.next()) {
                throw new SQLException("no row");
            }
        }
    }
}
