package io.github.duckpool.examples.resilience;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;

/** A second process that holds a database file until its standard input ends. */
final class LockHolderProcess implements AutoCloseable {
    private final Process process;

    private LockHolderProcess(Process process) {
        this.process = process;
    }

    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
            connection.createStatement().execute("CREATE TABLE IF NOT EXISTS letters AS SELECT 7 AS views");
            System.out.println("held");
            while (System.in.read() >= 0) {
                // nothing is said, only the end matters
            }
        }
    }

    static LockHolderProcess hold(Path file) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolderProcess.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = process.inputReader().readLine();
        if (!"held".equals(said)) {
            process.destroyForcibly();
            throw new IllegalStateException("the second process did not open " + file + ", it said " + said);
        }
        return new LockHolderProcess(process);
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        process.waitFor();
    }
}
