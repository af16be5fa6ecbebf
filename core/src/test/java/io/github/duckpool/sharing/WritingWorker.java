package io.github.duckpool.sharing;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A process that writes rows from several threads, and notes each row in its own log once it is committed: {@code directory
 * worker threads}. It ends when the file {@code stop} appears, and fails when any call failed.
 */
final class WritingWorker {
    private final Path directory;
    private final int worker;
    private final DuckPool pool;
    private final OutputStream acknowledged;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private WritingWorker(Path directory, int worker, int threads) throws IOException {
        this.directory = directory;
        this.worker = worker;
        this.acknowledged =
                new FileOutputStream(directory.resolve("acknowledged-" + worker).toFile(), true);
        this.pool = DuckPool.builder()
                .database(directory.resolve("letters.duckdb"))
                .poolName("worker-" + worker)
                .maxSize(threads)
                .borrowTimeout(Duration.ofMinutes(2))
                .sharing(Sharing.cooperative().withMinSlice(Duration.ofMillis(50)))
                .initSql("CREATE TABLE IF NOT EXISTS letter (worker INTEGER, thread INTEGER, number INTEGER)")
                .build();
    }

    public static void main(String[] args) throws Exception {
        int threads = Integer.parseInt(args[2]);
        new WritingWorker(Path.of(args[0]), Integer.parseInt(args[1]), threads).run(threads);
    }

    private void run(int count) throws InterruptedException {
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            int number = i;
            threads[i] = new Thread(() -> write(number), "writer " + i);
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        pool.close();
        Throwable failed = failure.get();
        if (failed != null) {
            failed.printStackTrace();
            System.exit(1);
        }
    }

    private void write(int thread) {
        try {
            for (int number = 0; failure.get() == null && !Files.exists(directory.resolve("stop")); number++) {
                insert(thread, number);
                acknowledged.write((worker + " " + thread + " " + number + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    private void insert(int thread, int number) throws SQLException {
        pool.write(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO letter VALUES (?, ?, ?)")) {
                insert.setInt(1, worker);
                insert.setInt(2, thread);
                insert.setInt(3, number);
                return insert.executeUpdate();
            }
        });
    }
}
