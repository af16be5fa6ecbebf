package io.github.duckpool.cli;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import picocli.CommandLine.IVersionProvider;

/** The versions of all that matters to a database file. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws SQLException {
        return new String[] {
            "duckpool " + own(),
            "DuckDB " + engine(),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
        };
    }

    private static String own() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    /** The version of the DuckDB that this program brings along, which says what files it can read. */
    static String engine() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            return engine(connection);
        }
    }

    static String engine(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("SELECT version()")) {
            version.next();
            return version.getString(1);
        }
    }
}
