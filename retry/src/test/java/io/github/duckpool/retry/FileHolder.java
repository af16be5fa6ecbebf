package io.github.duckpool.retry;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;

/** A second process that opens a database file and holds it until it is told to let go. */
final class FileHolder implements AutoCloseable {
    private final Process process;

    private FileHolder(Process process) {
        this.process = process;
    }

    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
            connection.createStatement().execute("CREATE TABLE IF NOT EXISTS held_by(pid BIGINT)");
            connection
                    .createStatement()
                    .execute("INSERT INTO held_by VALUES ("
                            + ProcessHandle.current().pid() + ")");
            System.out.println("held");
            while (System.in.read() >= 0) {
                // until told to let go, or left alone
            }
        }
    }

    /** Starts the process, and returns when it holds the file. */
    static FileHolder hold(Path file) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FileHolder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        if (!"held".equals(line)) {
            process.destroyForcibly();
            throw new IOException("the second process did not open " + file + ": " + line);
        }
        return new FileHolder(process);
    }

    long pid() {
        return process.pid();
    }

    /** Closes the file soon. */
    void letGo() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
