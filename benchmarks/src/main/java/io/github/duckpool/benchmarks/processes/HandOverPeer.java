package io.github.duckpool.benchmarks.processes;

import io.github.duckpool.DuckPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The process that the file is handed to, or taken from: {@code way file}. For each line "query" it borrows or opens, asks, returns or
 * closes, and prints when the answer was there by the clock that all processes of a host share; for "hold" a pool commits
 * rows, writes more, and waits to be killed.
 */
final class HandOverPeer {
    static final String POOL = "pool";
    static final String DRIVER = "driver";
    static final String QUERY = "query";
    static final String HOLD = "hold";

    private final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private HandOverPeer() {}

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[1]);
        if (args[0].equals(POOL)) {
            new HandOverPeer().lend(file);
        } else {
            new HandOverPeer().open(file);
        }
    }

    private void lend(Path file) throws IOException, SQLException {
        try (DuckPool pool = HandOver.pool(file)) {
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try (Connection connection = pool.getConnection()) {
                    if (line.equals(QUERY)) {
                        answer(connection);
                    } else {
                        hold(connection);
                    }
                }
            }
        }
    }

    private void open(Path file) throws IOException, SQLException {
        HandOver.open(file).close(); // the driver is loaded
        System.out.println("ready");
        while (lines.readLine() != null) {
            try (Connection connection = HandOver.open(file)) {
                answer(connection);
            }
            System.out.println("closed");
        }
    }

    private static void answer(Connection connection) throws SQLException {
        HandOver.query(connection);
        System.out.println(System.nanoTime());
    }

    private void hold(Connection connection) throws IOException, SQLException {
        for (int i = 0; i < 300; i++) {
            HandOver.write(connection);
        }
        connection.setAutoCommit(false);
        HandOver.write(connection);
        System.out.println("holding");
        lines.readLine();
    }
}
