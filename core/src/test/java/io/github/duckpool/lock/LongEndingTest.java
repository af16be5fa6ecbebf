package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.ProcessView.Standing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with many threads and much memory takes long to end where the processors are wanted by others: its threads lose their
 * descriptors one after another, its first thread often before the rest, while it is looked at. Whoever is said to have ended has no lock
 * any more.
 */
@EnabledOnOs(OS.LINUX)
@Tag("torture")
class LongEndingTest {
    private static final Duration LENGTH = Duration.ofSeconds(50);

    @TempDir
    Path directory;

    @Test
    void nobodyIsGoneWhoHasTheLock() throws Exception {
        Path file = Files.createFile(directory.resolve("letters.duckdb"));
        var busy = new AtomicBoolean(true);
        List<Thread> others = new ArrayList<>();
        for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
            others.add(new Thread(() -> {
                while (busy.get()) {
                    Thread.onSpinWait();
                }
            }));
        }
        others.forEach(Thread::start);
        try {
            for (long from = System.nanoTime(); System.nanoTime() - from < LENGTH.toNanos(); ) {
                killed(file);
            }
        } finally {
            busy.set(false);
            for (Thread other : others) {
                other.join();
            }
        }
    }

    private static void killed(Path file) throws Exception {
        try (ForeignProcess python = ForeignProcess.python(
                "import sys, fcntl, threading, time\n"
                        + "file = open(sys.argv[1], 'r+b')\n"
                        + "fcntl.lockf(file, fcntl.LOCK_EX)\n"
                        + "threading.stack_size(65536)\n"
                        + "for i in range(50): threading.Thread(target=lambda: time.sleep(600), daemon=True).start()\n"
                        + "memory = bytearray(b'x') * 300_000_000\n"
                        + "print('ready', flush=True)\n"
                        + "time.sleep(600)\n",
                file)) {
            DatabaseFiles files = DatabaseFiles.of(file);
            var view = new ProcView(files);
            LockHolder holder = view.look().holders().get(0);
            assertThat(holder.pid()).isEqualTo(python.pid());
            python.process().destroyForcibly();
            Standing standing = Standing.HOLDS;
            while (standing == Standing.HOLDS) {
                Thread.sleep(1);
                standing = view.standing(holder.process());
            }
            LockTable now = LockTable.read().orElseThrow();
            assertThat(now.on(file)).as("%s", standing).isEmpty();
            assertThat(new ProcDescriptors(files, NetworkMounts.besides(file)).of(holder.pid()))
                    .isEmpty();
        }
    }
}
