package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.Termination.Outcome;
import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.mutex.Permit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The queue for a file, read from its locks. */
class QueuePlaceTest {
    private static final long TICKETS = 1L << 62;
    private static final long WRITERS = 1L << 61;

    private static LockTable.Lock lock(long pid, boolean write, long start, long end) {
        return new LockTable.Lock(pid, write, "fe:00", 42, start, end);
    }

    @Test
    void turnsAndPlaces() {
        List<QueuePlace> places = QueuePlace.of(List.of(
                lock(30, true, TICKETS + 9, TICKETS + 9),
                lock(10, true, TICKETS + 5, TICKETS + 5),
                lock(20, true, TICKETS + 7, TICKETS + 7),
                lock(20, true, WRITERS + 7, WRITERS + 7),
                lock(40, true, TICKETS + 6, TICKETS + 6)));
        assertThat(places)
                .containsExactly(
                        new QueuePlace(10, 5, false, true, 0),
                        new QueuePlace(40, 6, false, true, 1),
                        new QueuePlace(20, 7, true, false, 2),
                        new QueuePlace(30, 9, false, false, 3));
        assertThat(places.get(2)).hasToString("waits for an exclusive turn, 2 ahead");
        assertThat(places.get(0)).hasToString("has a shared turn");
    }

    /** The kernel shows the guard and ticket 1, which lie side by side, as one lock while ticket 1 is drawn. */
    @Test
    void guardAndProbesAreNoTickets() {
        assertThat(QueuePlace.of(List.of(lock(10, true, TICKETS, TICKETS)))).isEmpty();
        assertThat(QueuePlace.of(List.of(lock(10, false, TICKETS + 1, TICKETS + 8))))
                .isEmpty();
        assertThat(QueuePlace.of(List.of(lock(10, true, 0, Long.MAX_VALUE)))).isEmpty();
        assertThat(QueuePlace.of(
                        List.of(lock(10, true, TICKETS, TICKETS + 1), lock(10, true, WRITERS + 1, WRITERS + 1))))
                .containsExactly(new QueuePlace(10, 1, true, true, 0));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void realProcessesInAQueue(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("letters.duckdb"));
        FileMutex mutex = FileMutex.of(file);
        Permit turn = mutex.lock();
        try (ForeignProcess writer = ForeignProcess.java(QueueMember.class, file, "exclusive")) {
            awaitQueue(file, queue -> queue.size() == 2);
            try (ForeignProcess reader = ForeignProcess.java(QueueMember.class, file, "shared")) {
                List<LockHolder> queue = awaitQueue(file, members -> members.size() == 3);
                assertThat(queue)
                        .extracting(LockHolder::pid)
                        .containsExactly(ProcessHandle.current().pid(), writer.pid(), reader.pid());
                assertThat(queue)
                        .extracting(member -> member.queuePlace().orElseThrow().turn())
                        .containsExactly(true, false, false);
                assertThat(queue)
                        .extracting(member -> member.queuePlace().orElseThrow().exclusive())
                        .containsExactly(true, true, false);
                assertThat(queue)
                        .extracting(member -> member.queuePlace().orElseThrow().ahead())
                        .containsExactly(0, 1, 2);
                assertThat(queue.get(0).isThisProcess()).isTrue();
                assertThat(LockHolders.of(file).holders()).isEmpty();

                // Who only waits is in nobody's way.
                assertThat(queue.get(1).terminate(Duration.ofMinutes(2)).outcome())
                        .isEqualTo(Outcome.ALREADY_GONE);
                assertThat(writer.process().isAlive()).isTrue();

                writer.close();
                turn.close();
                assertThat(reader.line()).startsWith("turn");
                LockHolder last =
                        awaitQueue(file, members -> members.size() == 1).get(0);
                assertThat(last.queuePlace().orElseThrow().turn()).isTrue();
                assertThat(last.terminate(Duration.ofMinutes(2)).outcome()).isEqualTo(Outcome.ENDED);
            }
            awaitQueue(file, List::isEmpty);
        } finally {
            turn.close();
        }
    }

    private static List<LockHolder> awaitQueue(Path file, Predicate<List<LockHolder>> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            List<LockHolder> queue = LockHolders.of(file).queue();
            if (condition.test(queue)) {
                return queue;
            }
            assertThat(System.nanoTime()).as("still %s", queue).isLessThan(deadline);
            Thread.sleep(5);
        }
    }
}
