package io.github.duckpool.sharing;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** A process with a pool that only reads. It borrows when it is told to, says how many letters it has found, and returns when it is told to. */
final class ReadingProgram implements AutoCloseable {
    private final Process process;

    private ReadingProgram(Process process) {
        this.process = process;
    }

    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (DuckPool pool = DuckPool.builder()
                .database(Path.of(args[0]))
                .borrowTimeout(Duration.ofMinutes(2))
                .sharing(Sharing.readOnly())
                .build()) {
            while (lines.readLine() != null) {
                try (Connection connection = pool.getConnection();
                        Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT count(*) FROM letter")) {
                    rows.next();
                    System.out.println(rows.getLong(1));
                    lines.readLine();
                }
            }
        }
    }

    static ReadingProgram start(Path file) throws IOException {
        List<String> command =
                ChildJvm.command(ChildJvm.classPath(ReadingProgram.class), ReadingProgram.class.getName());
        command.add(file.toString());
        return new ReadingProgram(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    void borrow() throws IOException {
        next();
    }

    void giveBack() throws IOException {
        next();
    }

    private void next() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Waits until it has borrowed; what it has found. */
    long found() throws IOException {
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("the reader has ended");
        }
        return Long.parseLong(line);
    }

    /** Whether it has said nothing yet. */
    boolean isWaiting() throws IOException {
        return process.isAlive() && !process.inputReader().ready();
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        process.waitFor();
    }
}
