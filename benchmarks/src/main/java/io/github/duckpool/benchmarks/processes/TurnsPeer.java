package io.github.duckpool.benchmarks.processes;

import com.sun.management.OperatingSystemMXBean;
import io.github.duckpool.mutex.FileMutex;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A process that wants a turn whenever it has none: {@code way file}. For a line with two times of the clock that all processes of a
 * host share it warms up until the first, in competition, and goes on until the second; then it prints its processor time and longest
 * wait in nanoseconds, and when each turn began and ended.
 */
final class TurnsPeer {
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int WARM_UPS = 50;

    private TurnsPeer() {}

    private interface Way {
        AutoCloseable take() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[1]);
        if (args[0].equals(Turns.MUTEX)) {
            work(FileMutex.of(file)::lock);
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            work(args[0].equals(Turns.BYTE) ? () -> channel.lock(0, 1, false) : () -> tries(channel));
        }
    }

    private static FileLock tries(FileChannel channel) throws Exception {
        for (long backoffNanos = FIRST_BACKOFF_NANOS;
                ;
                backoffNanos = Math.min(LONGEST_BACKOFF_NANOS, 2 * backoffNanos)) {
            FileLock lock = channel.tryLock(0, 1, false);
            if (lock != null) {
                return lock;
            }
            TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(backoffNanos));
        }
    }

    private static void work(Way way) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (int i = 0; i < WARM_UPS; i++) {
            way.take().close();
        }
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        system.getProcessCpuTime(); // the first look loads much code
        System.out.println("ready");
        String[] times = Objects.requireNonNull(lines.readLine()).split(" ", -1);
        while (System.nanoTime() - Long.parseLong(times[0]) < 0) {
            AutoCloseable turn = way.take();
            TimeUnit.NANOSECONDS.sleep(HOLD_NANOS);
            turn.close();
        }
        long endNanos = Long.parseLong(times[1]);
        long processorNanos = system.getProcessCpuTime();
        long longestNanos = 0;
        var turns = new StringBuilder();
        for (long asked = System.nanoTime(); asked - endNanos < 0; asked = System.nanoTime()) {
            long began;
            long ended;
            AutoCloseable turn = way.take();
            try {
                began = System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(HOLD_NANOS);
                ended = System.nanoTime();
            } finally {
                turn.close();
            }
            longestNanos = Math.max(longestNanos, began - asked);
            turns.append(' ').append(began).append(' ').append(ended);
        }
        System.out.println((system.getProcessCpuTime() - processorNanos) + " " + longestNanos + turns);
        lines.readLine();
    }
}
