package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.ThreadShortage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A turn is asked for in a process that can't start a thread to wait for it: the one who asks is told, and nobody else suffers. */
@Timeout(120)
class NoThreadLeftTest {
    @TempDir
    Path directory;

    @Test
    void theTicketThatWasDrawnIsGivenBack() throws Exception {
        String printed = ChildJvm.run(
                directory,
                ThreadShortage.prefix(),
                Asking.class,
                directory.resolve("letters.duckdb").toString());
        assertThat(printed).contains("told: java.lang.OutOfMemoryError", "then had its turn");
    }

    /** Asks for a turn beside one that it has, so that there is somebody to wait for. */
    static final class Asking {
        public static void main(String[] args) throws Exception {
            FileMutex mutex = FileMutex.of(Path.of(args[0]));
            Permit reading = mutex.lockShared();
            ThreadShortage.begin();
            CompletableFuture<Permit> asked = mutex.acquire();
            try {
                asked.get(60, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                System.out.println("told: " + e.getCause());
            } catch (TimeoutException e) {
                System.out.println("never told");
            }
            ThreadShortage.end();
            reading.close();
            try (Permit turn = mutex.lock(Duration.ofMinutes(1))) {
                System.out.println("then had its turn: " + turn);
            }
        }
    }
}
