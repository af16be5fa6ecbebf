package io.github.duckpool.sharing;

import io.github.duckpool.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;

/** A process that opens a database without taking a turn, and holds it until its input ends. */
final class ForeignProgram implements AutoCloseable {
    private final Process process;

    private ForeignProgram(Process process) {
        this.process = process;
    }

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
        } catch (java.sql.SQLException e) {
            System.out.println(e.getMessage());
        }
    }

    /** Starts the program; {@link #answer} tells what came of it. */
    static ForeignProgram start(Path file) throws IOException {
        List<String> command =
                ChildJvm.command(ChildJvm.classPath(ForeignProgram.class), ForeignProgram.class.getName());
        command.add(file.toString());
        return new ForeignProgram(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Waits until it has the file, or was refused: "open", or DuckDB's error. */
    String answer() throws IOException {
        return String.valueOf(process.inputReader().readLine());
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        process.waitFor();
    }
}
