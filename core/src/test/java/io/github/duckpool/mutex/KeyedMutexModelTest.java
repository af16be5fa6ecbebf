package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Any sequence of requests, returns and withdrawals at three keys, against a list for each key: who holds a key, in which order the
 * others get it, and that exactly the keys in use take up memory.
 */
class KeyedMutexModelTest {
    private static final int KEYS = 3;
    private static final int ACTIONS = 8;
    private static final int SCRIPTS = ACTIONS * KEYS * 100;

    @Property(tries = 1_000)
    void everyKeyHasItsLineAndNoneWhenItIsIdle(
            @ForAll @Size(max = 80) List<@IntRange(min = 0, max = SCRIPTS - 1) Integer> script) {
        Model model = new Model();
        for (int step : script) {
            model.make(step);
            model.check();
        }
        model.drain();
    }

    @Property(tries = 300)
    void closingFailsThoseWhoWaitAtEveryKey(
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = SCRIPTS - 1) Integer> script) {
        Model model = new Model();
        for (int step : script) {
            model.make(step);
        }
        model.close();
    }

    /** One who holds a key or waits for it: by a permit, or by work that lasts until it is told to end. */
    private static final class Request {
        final CompletableFuture<?> future;
        private final @Nullable CompletableFuture<Permit> permit;
        private final CompletableFuture<@Nullable Object> work = new CompletableFuture<>();
        private boolean started;

        Request(CompletableFuture<Permit> permit) {
            this.permit = permit;
            this.future = permit;
        }

        Request(KeyedMutex<Integer> mutex, int key) {
            permit = null;
            future = mutex.withPermit(key, () -> {
                started = true;
                return work;
            });
        }

        boolean isHeld() {
            return permit == null ? started && !work.isDone() : permit.isDone();
        }

        /** Returns the key; what can be returned again afterwards. */
        @Nullable
        Permit end() {
            if (permit == null) {
                work.complete(null);
                return null;
            }
            permit.join().close();
            return permit.join();
        }
    }

    private static final class Model {
        private final KeyedMutex<Integer> mutex = new KeyedMutex<>();

        /** The holder of each key that is in use, and those who wait for it behind him. */
        private final Map<Integer, Deque<Request>> lines = new TreeMap<>();

        private final List<Permit> returned = new ArrayList<>();

        void make(int step) {
            int action = step % ACTIONS;
            int key = step / ACTIONS % KEYS;
            int target = step / (ACTIONS * KEYS);
            switch (action) {
                case 0 -> add(key, new Request(mutex.acquire(key)));
                case 1 -> add(key, new Request(mutex, key));
                case 2 -> {
                    Permit tried = mutex.tryAcquire(key);
                    assertThat(tried != null).isEqualTo(!lines.containsKey(key));
                    if (tried != null) {
                        add(key, new Request(CompletableFuture.completedFuture(tried)));
                    }
                }
                case 3, 4 -> giveBack(key);
                case 5 -> withdraw(key, target);
                case 6 -> comeToNothing(key);
                default -> {
                    if (!returned.isEmpty()) {
                        returned.get(target % returned.size()).close();
                    }
                }
            }
        }

        private void add(int key, Request request) {
            lines.computeIfAbsent(key, absent -> new ArrayDeque<>()).add(request);
        }

        /** Ends the hold of a key; the one who has waited longest has it then. */
        private void giveBack(int key) {
            Deque<Request> line = lines.get(key);
            if (line != null) {
                Permit permit = line.remove().end();
                if (permit != null) {
                    returned.add(permit);
                }
                if (line.isEmpty()) {
                    lines.remove(key);
                }
            }
        }

        /** A request that is refused may have made the key's line, and nobody would hold it. */
        private void comeToNothing(int key) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> mutex.lock(key)).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }

        private void withdraw(int key, int target) {
            Deque<Request> line = lines.get(key);
            if (line == null || line.size() < 2) {
                return;
            }
            Request left = new ArrayList<>(line).get(1 + target % (line.size() - 1));
            line.remove(left);
            if (target % 2 == 0) {
                assertThat(left.future.cancel(true)).isTrue();
            } else {
                ((Ticket<?>) left.future).expire(new TimeoutException());
            }
            assertThat(left.future).isCompletedExceptionally();
            assertThat(left.started).isFalse();
        }

        void check() {
            assertThat(mutex.size()).as("keys in use").isEqualTo(lines.size());
            for (int key = 0; key < KEYS; key++) {
                Deque<Request> line = lines.getOrDefault(key, new ArrayDeque<>());
                assertThat(mutex.isAvailable(key)).isEqualTo(line.isEmpty());
                assertThat(mutex.queueLength(key)).isEqualTo(Math.max(0, line.size() - 1));
                assertThat(line.stream().map(Request::isHeld)).containsExactlyElementsOf(heads(line.size()));
            }
        }

        private static List<Boolean> heads(int size) {
            List<Boolean> heads = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                heads.add(i == 0);
            }
            return heads;
        }

        void drain() {
            for (int key = 0; key < KEYS; key++) {
                while (lines.containsKey(key)) {
                    giveBack(key);
                    check();
                }
            }
            assertThat(mutex.size()).isZero();
        }

        void close() {
            mutex.close();
            assertThat(mutex.size()).isZero();
            for (Deque<Request> line : lines.values()) {
                Request holder = line.remove();
                assertThat(holder.isHeld()).isTrue();
                for (Request request : line) {
                    assertThatThrownBy(request.future::join).hasCauseInstanceOf(IllegalStateException.class);
                    assertThat(request.started).isFalse();
                }
                holder.end();
                assertThat(holder.future).isDone();
            }
            assertThat(mutex.size()).isZero();
            assertThat(mutex.acquire(0)).isCompletedExceptionally();
        }
    }
}
