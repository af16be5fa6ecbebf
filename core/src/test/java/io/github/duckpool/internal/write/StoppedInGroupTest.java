package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.mutex.Permit;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the line owes to those who were stopped in it, or whose way into it failed half-way. */
@Timeout(60)
class StoppedInGroupTest {
    private static final int ROOM = 8;

    private final WorkThreads threads = new WorkThreads("stopped");
    private final QueueRoom room = new QueueRoom(ROOM);

    @AfterEach
    void shutDown() {
        threads.shutdown();
    }

    private static Budget budget() {
        return new Budget(TimeUnit.HOURS.toNanos(1), false);
    }

    private PendingFunction<String> write(WritersLine line) {
        return new PendingFunction<>(c -> "done", new Call(threads), budget(), line.report());
    }

    /** No connection is needed for those who don't begin. */
    @SuppressWarnings("NullAway")
    private WritersLine line(WritersLine.Turns turns) {
        WritersLine line = new WritersLine("stopped", null, turns, room);
        if (turns instanceof GroupWriter writer) {
            writer.connect(line, null);
        }
        return line;
    }

    /** Whoever stopped it may have met its end before it could tell. */
    @Test
    void whoWasStoppedAndNotToldIsToldWhenTheTurnComes() throws Exception {
        WritersLine line = line(new GroupWriter(threads, 16));
        Permit turn = line.tryEnter();
        List<PendingFunction<String>> members = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PendingFunction<String> member = write(line);
            line.join(member);
            members.add(member);
            assertThat(member.call.stop(line.report().timedOut(member.budget))).isTrue();
        }
        assertThat(turn).isNotNull();
        line.leave(turn);
        for (PendingFunction<String> member : members) {
            assertThatThrownBy(() -> member.get(10, TimeUnit.SECONDS)).hasCause(member.call.stopped());
        }
    }

    /** Cannot be told: whoever tells it fails. */
    private final class Deaf extends Pending<String> {
        Deaf(WritersLine line) {
            super(new Call(threads), budget(), line.report());
        }

        @Override
        void alone(Units units) {
            throw new IllegalStateException("it never begins");
        }

        @Override
        void committed() {
            throw new IllegalStateException("it never begins");
        }

        @Override
        public boolean completeExceptionally(Throwable why) {
            throw new StackOverflowError("injected");
        }
    }

    @Test
    void whoeverCannotBeToldThatTheTurnIsLostKeepsItFromNobody() {
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        List<Throwable> reported = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
        try {
            GroupWriter writer = new GroupWriter(threads, 16);
            WritersLine line = line(writer);
            Group group = new Group();
            PendingFunction<String> first = write(line);
            PendingFunction<String> last = write(line);
            for (Pending<?> member : List.of(first, new Deaf(line), last)) {
                assertThat(group.join(member)).isTrue();
            }
            OutOfMemoryError why = new OutOfMemoryError("injected");
            writer.abandoned(group, why);
            assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasCause(why);
            assertThatThrownBy(() -> last.get(10, TimeUnit.SECONDS)).hasCause(why);
            assertThat(reported).hasSize(1).allMatch(e -> e instanceof StackOverflowError);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
        }
    }

    @Test
    void whoIsInAGroupWhenTheLineIsClosedIsToldSo() {
        WritersLine line = line(new GroupWriter(threads, 16));
        Permit turn = turn(line);
        List<PendingFunction<String>> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            PendingFunction<String> member = write(line);
            if (i == 1) {
                line.join(new Deaf(line));
                member.blockCaller();
            }
            line.join(member);
            members.add(member);
        }
        line.close();
        for (PendingFunction<String> member : members) {
            assertThatThrownBy(() -> member.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("closed");
        }
        line.leave(turn);
    }

    private static Permit turn(WritersLine line) {
        try {
            Permit turn = line.tryEnter();
            assertThat(turn).isNotNull();
            return turn;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** An end of the way into the line, after the place is taken: no memory for the timer, for one. */
    private WritersLine.Turns failing(boolean turnHasCome) {
        return new WritersLine.Turns() {
            @Override
            public void opened(Group group, Pending<?> first) {
                if (turnHasCome) {
                    assertThat(first.call.start()).isTrue();
                }
                throw new OutOfMemoryError("injected");
            }

            @Override
            public void granted(Group group, Permit permit) {
                group.seal(); // who comes now needs another
                permit.close();
            }

            @Override
            public void refused(Group group) {}

            @Override
            public void abandoned(Group group, Error why) {}
        };
    }

    @SuppressWarnings("NullAway") // nothing is borrowed
    private WriteQueue queue(WritersLine line) {
        WriteSettings settings = new WriteSettings("stopped", TimeUnit.HOURS.toNanos(1), false, 16, ROOM);
        return new WriteQueue(settings, threads, line, null, room, null);
    }

    @Test
    void aWriteWhoseTurnHasComeIsNotToldToHaveFailedOnItsWayIn() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        List<Throwable> reported = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
        try {
            WritersLine line = line(failing(true));
            Pending<String> write = queue(line)
                    .queue("write", true, call -> new PendingFunction<>(c -> "done", call, budget(), line.report()));
            assertThat(write.call.beginCommit()).as("it may be committed").isTrue();
            write.succeed("done");
            write.run();
            assertThat(write.get(10, TimeUnit.SECONDS)).isEqualTo("done");
            assertThat(reported).hasSize(1).allMatch(e -> e instanceof OutOfMemoryError);
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
        }
    }

    @Test
    void aWriteThatFailedOnItsWayInNeverBegins() {
        WritersLine line = line(failing(false));
        List<Pending<String>> made = new ArrayList<>();
        for (int i = 0; i < 3 * ROOM; i++) {
            assertThatThrownBy(() -> queue(line).<String>queue("write", true, call -> {
                        PendingFunction<String> write =
                                new PendingFunction<>(c -> "done", call, budget(), line.report());
                        made.add(write);
                        return write;
                    }))
                    .isInstanceOf(OutOfMemoryError.class);
        }
        assertThat(made).hasSize(3 * ROOM).noneMatch(write -> write.call.start());
    }
}
