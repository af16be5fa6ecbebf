package io.github.duckpool.cli;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;

/** A program that opens a database without taking a turn, leaves something in its log, and holds it until its input ends. */
final class DatabaseHolder {
    private DatabaseHolder() {}

    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
            connection.createStatement().execute("CREATE TABLE IF NOT EXISTS visit (pid BIGINT)");
            connection
                    .createStatement()
                    .execute("INSERT INTO visit VALUES ("
                            + ProcessHandle.current().pid() + ")");
            System.out.println("open");
            while (System.in.read() >= 0) {
                // only the end matters
            }
        }
    }

    static CliProcess start(Path file) throws Exception {
        return started(file, List.of());
    }

    /** One that ends by nothing but SIGKILL: a signal that is ignored when a program starts stays so. */
    static CliProcess startStubborn(Path file) throws Exception {
        return started(file, List.of("sh", "-c", "trap '' TERM; exec \"$@\"", "sh"));
    }

    private static CliProcess started(Path file, List<String> launcher) throws Exception {
        CliProcess holder = CliProcess.startJava(launcher, file.getParent(), DatabaseHolder.class, file.toString());
        holder.awaitOutput("open");
        return holder;
    }
}
