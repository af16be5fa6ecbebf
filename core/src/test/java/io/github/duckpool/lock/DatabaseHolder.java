package io.github.duckpool.lock;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A program that has a database open until its input ends. */
final class DatabaseHolder {
    private DatabaseHolder() {}

    public static void main(String[] args) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
            System.out.println(connection.getMetaData().getDatabaseProductName());
            while (System.in.read() >= 0) {
                // only the end matters
            }
        }
    }
}
