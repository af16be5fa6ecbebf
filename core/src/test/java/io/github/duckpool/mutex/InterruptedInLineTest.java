package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thread that is interrupted while it waits, as the first, one in the middle and the last in line, by every way that waits. It has seen the flag, and not
 * left yet, when something else decides its wait, or the line changes around it: one of both wins. Either it gave up its place, and heard of the
 * interrupt; or it has its permit, or its error, and the flag. The others are served in their order.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptedInLineTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final int LENGTH = 3;

    /** Those that wait long. */
    private static final int WAYS = 4;

    private static final List<Supplier<Line>> LINES = List.of(Line::ofMutex, Line::ofKey);

    /** A way to wait for the permit, do something under it, and return it. */
    private interface Way {
        void go(Callable<?> inside) throws Exception;
    }

    /** Asks for the permit as a thread does. */
    private interface Lock {
        Permit take() throws Exception;
    }

    private static Way by(Lock lock) {
        return inside -> {
            try (Permit permit = lock.take()) {
                inside.call();
            }
        };
    }

    /** A mutex, or one key of many, with all the ways to wait for it. */
    private record Line(
            List<Way> ways,
            Supplier<CompletableFuture<Permit>> acquire,
            IntSupplier queueLength,
            BooleanSupplier isFree,
            Runnable close) {

        static Line ofMutex() {
            AsyncMutex mutex = new AsyncMutex();
            return new Line(
                    List.of(
                            by(mutex::lock),
                            by(() -> mutex.lock(LONG)),
                            mutex::call,
                            inside -> mutex.call(LONG, inside),
                            by(() -> mutex.lock(SHORT))),
                    mutex::acquire,
                    mutex::queueLength,
                    () -> mutex.available() == 1,
                    mutex::close);
        }

        static Line ofKey() {
            KeyedMutex<String> keyed = new KeyedMutex<>();
            return new Line(
                    List.of(
                            by(() -> keyed.lock("a")),
                            by(() -> keyed.lock("a", LONG)),
                            inside -> keyed.call("a", inside),
                            inside -> keyed.call("a", LONG, inside),
                            by(() -> keyed.lock("a", SHORT))),
                    () -> keyed.acquire("a"),
                    () -> keyed.queueLength("a"),
                    () -> keyed.isAvailable("a") && keyed.size() == 0,
                    keyed::close);
        }
    }

    /** Does something when it has seen that it is interrupted, and before it can act on that. */
    private static final class Seeing extends Thread {
        private final Runnable meanwhile;
        private final Way way;
        private boolean hasSeen;
        private boolean interruptsItself;
        volatile @Nullable Throwable failure;
        volatile boolean wasInside;
        volatile boolean keptFlag;

        Seeing(Way way, Runnable meanwhile) {
            this.way = way;
            this.meanwhile = meanwhile;
            setDaemon(true);
        }

        @Override
        public boolean isInterrupted() {
            if (interruptsItself && !hasSeen && Thread.currentThread() == this) {
                interrupt();
            }
            boolean isInterrupted = super.isInterrupted();
            if (isInterrupted && !hasSeen && Thread.currentThread() == this) {
                hasSeen = true;
                meanwhile.run();
            }
            return isInterrupted;
        }

        @Override
        public void run() {
            try {
                way.go(() -> wasInside = true);
            } catch (Throwable e) {
                failure = e;
            }
            keptFlag = Thread.interrupted();
        }
    }

    /** A line with a holder, and a thread at one place of it among futures. */
    private static final class Scene {
        final Line line;
        final int place;
        final Permit holder;
        final List<CompletableFuture<Permit>> before = new ArrayList<>();
        final List<CompletableFuture<Permit>> behind = new ArrayList<>();
        final Seeing thread;

        Scene(Line line, Way way, int place, Consumer<Scene> meanwhile) throws Exception {
            this.line = line;
            this.place = place;
            holder = line.acquire.get().join();
            for (int i = 0; i < place; i++) {
                before.add(line.acquire.get());
            }
            thread = new Seeing(way, () -> meanwhile.accept(this));
            thread.start();
            while (line.queueLength.getAsInt() == place) {
                Thread.sleep(1);
            }
            for (int i = place + 1; i < LENGTH; i++) {
                behind.add(line.acquire.get());
            }
        }

        void interrupt() throws InterruptedException {
            thread.interrupt();
            thread.join(30_000);
            assertThat(thread.isAlive()).as("parked for ever").isFalse();
            assertThat(thread.hasSeen).isTrue();
        }

        /** The holder, and those who are before the thread, have had their turn. */
        void serveThoseBefore() {
            holder.close();
            serve(before);
        }

        /** Each has the permit when it is his turn, and nobody behind him. */
        static void serve(List<CompletableFuture<Permit>> futures) {
            for (int i = 0; i < futures.size(); i++) {
                CompletableFuture<Permit> future = futures.get(i);
                if (!future.isCancelled()) {
                    assertThat(future).isCompleted();
                    assertThat(futures.subList(i + 1, futures.size()))
                            .allMatch(each -> !each.isDone() || each.isCancelled());
                    future.join().close();
                }
            }
        }

        void heardOfIt() {
            assertThat(thread.failure).isInstanceOf(InterruptedException.class);
            assertThat(thread.keptFlag).isFalse();
            assertThat(thread.wasInside).isFalse();
        }
    }

    private interface Trial {
        void of(Line line, Way way, int place) throws Exception;
    }

    private static void everywhere(Trial trial) throws Exception {
        for (Supplier<Line> made : LINES) {
            for (int way = 0; way < WAYS; way++) {
                for (int place = 0; place < LENGTH; place++) {
                    Line line = made.get();
                    trial.of(line, line.ways.get(way), place);
                }
            }
        }
    }

    @Test
    void itLeavesAndTheOthersKeepTheirOrder() throws Exception {
        everywhere((line, way, place) -> {
            Scene scene = new Scene(line, way, place, nothing -> {});
            scene.interrupt();
            scene.heardOfIt();
            assertThat(line.queueLength.getAsInt()).isEqualTo(LENGTH - 1);
            scene.serveThoseBefore();
            Scene.serve(scene.behind);
            assertThat(line.isFree.getAsBoolean()).isTrue();
        });
    }

    @Test
    void itsTurnThatCameFirstIsKeptWithTheFlag() throws Exception {
        everywhere((line, way, place) -> {
            Scene scene = new Scene(line, way, place, Scene::serveThoseBefore);
            scene.interrupt();
            assertThat(scene.thread.failure).isNull();
            assertThat(scene.thread.wasInside).isTrue();
            assertThat(scene.thread.keptFlag).isTrue();
            Scene.serve(scene.behind);
            assertThat(line.isFree.getAsBoolean()).isTrue();
            assertThat(line.queueLength.getAsInt()).isZero();
        });
    }

    @Test
    void aLineThatWasClosedFirstFailsItAndTheFlagIsKept() throws Exception {
        everywhere((line, way, place) -> {
            Scene scene = new Scene(line, way, place, closed -> closed.line.close.run());
            scene.interrupt();
            assertThat(scene.thread.failure)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThat(scene.thread.wasInside).isFalse();
            assertThat(scene.thread.keptFlag).isTrue();
            for (List<CompletableFuture<Permit>> others : List.of(scene.before, scene.behind)) {
                assertThat(others).allSatisfy(other -> assertThatThrownBy(other::join)
                        .hasCauseInstanceOf(IllegalStateException.class));
            }
            scene.holder.close();
            assertThat(line.queueLength.getAsInt()).isZero();
        });
    }

    /** Whoever stands next to it, on either side, leaves in the same moment; so the turn may come past them both. */
    @Test
    void itsNeighboursLeaveInThatMoment() throws Exception {
        everywhere((line, way, place) -> {
            Scene scene = new Scene(line, way, place, leaving -> {
                leaving.before.stream().skip(Math.max(0, place - 1)).forEach(each -> each.cancel(false));
                leaving.behind.stream().limit(1).forEach(each -> each.cancel(false));
            });
            int gone = place == 1 ? 3 : 2;
            scene.interrupt();
            scene.heardOfIt();
            assertThat(line.queueLength.getAsInt()).isEqualTo(LENGTH - gone);
            scene.serveThoseBefore();
            Scene.serve(scene.behind);
            assertThat(line.isFree.getAsBoolean()).isTrue();
        });
    }

    /** The place is given up for both, and it hears of the interrupt, which must not be lost. */
    @Test
    void itsTimeIsOverInThatMoment() throws Exception {
        for (Supplier<Line> made : LINES) {
            for (int place = 0; place < LENGTH; place++) {
                Line line = made.get();
                Permit holder = line.acquire.get().join();
                List<CompletableFuture<Permit>> others = new ArrayList<>();
                for (int i = 0; i < place; i++) {
                    others.add(line.acquire.get());
                }
                Seeing thread = new Seeing(line.ways.get(WAYS), () -> {
                    long begin = System.nanoTime();
                    while (System.nanoTime() - begin <= SHORT.toNanos()) {
                        Thread.onSpinWait();
                    }
                });
                thread.interruptsItself = true;
                thread.start();
                thread.join(30_000);
                assertThat(thread.hasSeen).isTrue();
                assertThat(thread.failure).isInstanceOf(InterruptedException.class);
                assertThat(thread.keptFlag).isFalse();
                assertThat(line.queueLength.getAsInt()).isEqualTo(place);
                holder.close();
                Scene.serve(others);
                assertThat(line.isFree.getAsBoolean()).isTrue();
            }
        }
    }
}
