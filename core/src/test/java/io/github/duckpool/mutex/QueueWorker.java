package io.github.duckpool.mutex;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process of the torture: takes turns in every way there is, with interrupts from all sides, until the file {@code stop} appears. With
 * the third argument {@code broken} every tenth turn is not waited for; with {@code deleting} there are pauses, and the companion is
 * deleted after a turn whenever that is possible.
 */
final class QueueWorker {
    private static final int THREADS = 2;

    private final Path directory;
    private final FileMutex mutex;
    private final boolean broken;
    private final boolean deleting;
    private final TurnLog log;
    private final long seed;
    private final AtomicLong turns = new AtomicLong();

    private QueueWorker(Path directory, long seed, String more) throws IOException {
        this.directory = directory;
        this.mutex = FileMutex.of(directory.resolve("guarded"));
        this.broken = more.equals("broken");
        this.deleting = more.equals("deleting");
        this.seed = seed;
        this.log = new TurnLog(directory.resolve(ProcessHandle.current().pid() + ".log"));
    }

    public static void main(String[] args) throws Exception {
        new QueueWorker(Path.of(args[0]), Long.parseLong(args[1]), args.length > 2 ? args[2] : "").run();
        System.exit(0);
    }

    private void run() throws InterruptedException {
        var threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            var random = new SplittableRandom(seed * THREADS + i);
            threads[i] = new Thread(() -> work(random), "worker " + i);
            threads[i].start();
        }
        var random = new SplittableRandom(~seed);
        while (threads[0].isAlive()) {
            LockSupport.parkNanos(random.nextLong(1, 20_000_000));
            threads[random.nextInt(THREADS)].interrupt();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void work(SplittableRandom random) {
        try (var counter = new RandomAccessFile(directory.resolve("counter").toFile(), "rw")) {
            while (!Files.exists(directory.resolve("stop"))) {
                boolean shared = random.nextInt(4) == 0;
                if (broken && random.nextInt(10) == 0) {
                    trespass(counter, random);
                    continue;
                }
                Permit permit = take(shared, random);
                if (permit != null) {
                    try (permit) {
                        hold(permit, shared, counter, random);
                        if (deleting) {
                            mutex.deleteCompanion(permit);
                        }
                    }
                }
                if (deleting) {
                    LockSupport.parkNanos(random.nextLong(1, 4_000_000));
                }
            }
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private @Nullable Permit take(boolean shared, SplittableRandom random) throws IOException {
        Duration timeout = Duration.ofNanos(random.nextLong(1, 8_000_000));
        try {
            return switch (random.nextInt(8)) {
                case 0 -> shared ? mutex.lockShared(timeout) : mutex.lock(timeout);
                case 1 -> tried(shared ? mutex.tryLockShared() : mutex.tryLock());
                case 2 -> cancelled(shared ? mutex.acquireShared() : mutex.acquire(), timeout);
                case 3 -> await(shared ? mutex.acquireShared(timeout) : mutex.acquire(timeout));
                case 4 -> (shared ? mutex.acquireShared() : mutex.acquire()).join();
                default -> shared ? mutex.lockShared() : mutex.lock();
            };
        } catch (InterruptedException | TimeoutException | CancellationException e) {
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TimeoutException) {
                return null;
            }
            throw new IOException(e);
        }
    }

    private static @Nullable Permit tried(Optional<Permit> permit) {
        if (permit.isEmpty()) {
            LockSupport.parkNanos(500_000);
        }
        return permit.orElse(null);
    }

    private static @Nullable Permit cancelled(CompletableFuture<Permit> asked, Duration patience) {
        LockSupport.parkNanos(patience.toNanos());
        return asked.cancel(true) ? null : asked.join();
    }

    private static Permit await(CompletableFuture<Permit> asked) throws InterruptedException, ExecutionException {
        try {
            return asked.get();
        } catch (InterruptedException e) {
            if (!asked.cancel(false) && !asked.isCompletedExceptionally()) {
                return asked.join();
            }
            throw e;
        }
    }

    private void hold(Permit permit, boolean shared, RandomAccessFile counter, SplittableRandom random)
            throws IOException {
        hold(mutex.ticketOf(permit), shared, counter, random);
    }

    private void hold(long ticket, boolean shared, RandomAccessFile counter, SplittableRandom random)
            throws IOException {
        String turn = seed + ":" + turns.incrementAndGet(); // process numbers come round again in a long torture
        long value = read(counter);
        log.acquired(turn, shared, ticket, value);
        if (random.nextInt(3) > 0) {
            LockSupport.parkNanos(random.nextLong(1, 2_000_000));
        }
        if (!shared) {
            counter.seek(0);
            counter.writeLong(value + 1);
        }
        log.releasing(turn, read(counter));
    }

    private static long read(RandomAccessFile counter) throws IOException {
        counter.seek(0);
        return counter.length() < 8 ? 0 : counter.readLong();
    }

    /** Draws a ticket and doesn't wait for its turn. */
    private void trespass(RandomAccessFile counter, SplittableRandom random) throws IOException {
        QueueTicket ticket = QueueTicket.tryEnqueue(QueueDescriptors.open(mutex.companion()), false);
        if (ticket != null) {
            hold(ticket.number(), false, counter, random);
            ticket.release();
        }
    }
}
