package io.github.duckpool.internal.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a task or the executor throws, every task that was given to the loop is run, once. */
@Timeout(60)
class DeliveryTest {
    private static final Executor REFUSES = task -> {
        throw new RejectedExecutionException("full");
    };

    /** What an executor throws that has no thread, is broken, or is written in a language without declared exceptions. */
    private static final List<Supplier<Throwable>> FAULTS = List.of(
            () -> new RejectedExecutionException("full"),
            () -> new OutOfMemoryError("unable to create native thread"),
            () -> new IllegalStateException("broken"),
            () -> new StackOverflowError("injected"),
            () -> new java.io.IOException("undeclared"));

    private final List<String> done = new ArrayList<>();

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable e) throws E {
        throw (E) e;
    }

    private Runnable task(String name) {
        return () -> done.add(name);
    }

    private Runnable failing(String name) {
        return () -> {
            done.add(name);
            throw new IllegalStateException(name);
        };
    }

    /** Runs the tasks in one loop: the first gives the others to it. */
    private static void runTogether(Executor overflow, Runnable... tasks) {
        Delivery.run(
                () -> {
                    for (Runnable task : tasks) {
                        Delivery.run(task, overflow);
                    }
                },
                overflow);
    }

    @Test
    void anErrorOfOneIsNoneOfTheOthersAndComesWithTheLaterOnes() {
        assertThatThrownBy(() ->
                        runTogether(REFUSES, task("a"), failing("b"), task("c"), failing("d"), failing("e"), task("f")))
                .hasMessage("b")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .extracting(Throwable::getMessage)
                        .containsExactly("d", "e"));
        assertThat(done).containsExactly("a", "b", "c", "d", "e", "f");
        runTogether(REFUSES, task("after"));
        assertThat(done).endsWith("f", "after");
    }

    @Test
    void anExecutorThatFailsHasTakenNothing() {
        for (Supplier<Throwable> fault : FAULTS) {
            done.clear();
            runTogether(
                    task -> {
                        throw DeliveryTest.<RuntimeException>sneaky(fault.get());
                    },
                    task("a"),
                    () -> Delivery.leaveRest(task -> {
                        throw DeliveryTest.<RuntimeException>sneaky(fault.get());
                    }),
                    task("b"),
                    task("c"));
            assertThat(done).as(fault.get().toString()).containsExactly("a", "b", "c");
        }
    }

    /** It keeps what it was given, throws, and runs it later. */
    @Test
    void whatAnExecutorRunsAfterItHasFailedWasRunAlready() {
        for (Supplier<Throwable> fault : FAULTS) {
            done.clear();
            Queue<Runnable> kept = new ArrayDeque<>();
            Executor late = task -> {
                kept.add(task);
                throw DeliveryTest.<RuntimeException>sneaky(fault.get());
            };
            runTogether(late, task("a"), () -> Delivery.leaveRest(late), task("b"), task("c"));
            assertThat(kept).isNotEmpty();
            kept.forEach(Runnable::run);
            assertThat(done).as(fault.get().toString()).containsExactly("a", "b", "c");
        }
    }

    /** It runs what it is given on the calling thread, where a task fails; the error comes out, and the others are run. */
    @Test
    void anExecutorOfTheCallingThreadRunsAllAndHidesNoError() {
        assertThatThrownBy(() -> runTogether(
                        Runnable::run,
                        task("a"),
                        () -> Delivery.leaveRest(Runnable::run),
                        failing("b"),
                        task("c"),
                        failing("d")))
                .hasMessage("b");
        assertThat(done).containsExactly("a", "b", "c", "d");
    }

    /** A loop goes on elsewhere after some hundreds that took their time; if that fails, here. */
    @Test
    void aLoopThatCannotGoOnElsewhereEndsHere() {
        for (Supplier<Throwable> fault : FAULTS) {
            done.clear();
            Runnable[] tasks = new Runnable[3 * Delivery.INLINE_LIMIT];
            int[] asked = new int[1];
            for (int i = 0; i < tasks.length; i++) {
                String name = String.valueOf(i);
                tasks[i] = () -> {
                    done.add(name);
                    for (long until = System.nanoTime() + 20_000; System.nanoTime() - until < 0; ) {
                        Thread.onSpinWait();
                    }
                };
            }
            runTogether(
                    task -> {
                        asked[0]++;
                        throw DeliveryTest.<RuntimeException>sneaky(fault.get());
                    },
                    tasks);
            assertThat(asked[0]).as("was asked to go on").isPositive();
            assertThat(done).hasSize(tasks.length).doesNotHaveDuplicates();
        }
    }
}
