package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Any sequence of requests, returns and withdrawals, against a list: who has a permit, and in which order the others get one. */
class MutexModelTest {

    /** A step: what is done, and to which of those that it may be done to. */
    record Step(int action, int target) {}

    @Property(tries = 1_000)
    void theOrderIsThatOfAList(
            @ForAll @IntRange(min = 1, max = 3) int permits,
            @ForAll @Size(max = 80) List<@IntRange(min = 0, max = 7_999) Integer> script) {
        Model model = new Model(permits);
        for (int step : script) {
            model.make(new Step(step % 8, step / 8));
            model.check();
        }
        model.drain();
    }

    @Property(tries = 300)
    void closingFailsThoseWhoWaitAndNobodyElse(
            @ForAll @IntRange(min = 1, max = 3) int permits,
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 7_999) Integer> script) {
        Model model = new Model(permits);
        for (int step : script) {
            model.make(new Step(step % 8, step / 8));
        }
        model.close();
    }

    /** A request: a permit, or work that lasts until it is told to end. */
    private static final class Request {
        final @Nullable CompletableFuture<Permit> permit;
        final CompletableFuture<@Nullable Object> work = new CompletableFuture<>();
        boolean started;
        CompletableFuture<?> future;

        Request(AsyncSemaphore semaphore, boolean works) {
            if (works) {
                permit = null;
                future = semaphore.withPermit(() -> {
                    started = true;
                    return work;
                });
            } else {
                permit = semaphore.acquire();
                future = permit;
            }
        }

        boolean isHeld() {
            return permit == null ? started && !work.isDone() : permit.isDone();
        }

        void end() {
            if (permit != null) {
                permit.join().close();
            } else {
                work.complete(null);
            }
        }
    }

    private static final class Model {
        private final int permits;
        private final AsyncSemaphore semaphore;
        private final List<Request> held = new ArrayList<>();
        private final List<Request> waiting = new ArrayList<>();
        private final List<Permit> closed = new ArrayList<>();
        private final List<Permit> unnamed = new ArrayList<>();

        Model(int permits) {
            this.permits = permits;
            this.semaphore = permits == 1 ? new AsyncMutex() : new AsyncSemaphore(permits);
        }

        private int free() {
            return permits - held.size() - unnamed.size();
        }

        void make(Step step) {
            switch (step.action) {
                case 0 -> request(false);
                case 1 -> request(true);
                case 2 -> {
                    int free = free();
                    Permit tried = semaphore.tryAcquire();
                    assertThat(tried != null).isEqualTo(free > 0);
                    if (tried != null) {
                        unnamed.add(tried);
                    }
                }
                case 3, 4 -> giveBack(step.target);
                case 5 ->
                    withdraw(step.target, request -> assertThat(request.future.cancel(true))
                            .isTrue());
                case 6 ->
                    withdraw(step.target, request -> {
                        if (step.target % 2 == 0) {
                            ((Ticket<?>) request.future).expire(new TimeoutException());
                        } else {
                            assertThat(request.future.completeExceptionally(new IllegalStateException("outside")))
                                    .isTrue();
                        }
                    });
                default -> {
                    if (!closed.isEmpty()) {
                        closed.get(step.target % closed.size()).close();
                    }
                }
            }
        }

        private void request(boolean works) {
            boolean atOnce = free() > 0;
            (atOnce ? held : waiting).add(new Request(semaphore, works));
        }

        /** Ends the hold of any; the one who has waited longest has it then. */
        private void giveBack(int target) {
            if (held.isEmpty() && unnamed.isEmpty()) {
                return;
            }
            int index = target % (held.size() + unnamed.size());
            if (index < held.size()) {
                Request ended = held.remove(index);
                ended.end();
                if (ended.permit != null) {
                    closed.add(ended.permit.join());
                }
            } else {
                Permit permit = unnamed.remove(index - held.size());
                permit.close();
                closed.add(permit);
            }
            if (!waiting.isEmpty()) {
                held.add(waiting.remove(0));
            }
        }

        private void withdraw(int target, java.util.function.Consumer<Request> how) {
            if (!waiting.isEmpty()) {
                Request left = waiting.remove(target % waiting.size());
                how.accept(left);
                assertThat(left.future).isCompletedExceptionally();
                assertThat(left.started).isFalse();
            }
        }

        void check() {
            assertThat(semaphore.available()).isEqualTo(free());
            assertThat(semaphore.queueLength()).isEqualTo(waiting.size());
            assertThat(held).allMatch(Request::isHeld);
            assertThat(waiting).noneMatch(Request::isHeld);
        }

        void drain() {
            while (!held.isEmpty() || !unnamed.isEmpty()) {
                giveBack(0);
                check();
            }
            assertThat(waiting).isEmpty();
            assertThat(semaphore.available()).isEqualTo(permits);
        }

        void close() {
            semaphore.close();
            for (Request request : waiting) {
                assertThatThrownBy(request.future::join).hasCauseInstanceOf(IllegalStateException.class);
                assertThat(request.started).isFalse();
            }
            assertThat(held).allMatch(Request::isHeld);
            assertThat(semaphore.queueLength()).isZero();
            for (Request request : held) {
                request.end();
                assertThat(request.future).isDone();
            }
            unnamed.forEach(Permit::close);
            assertThat(semaphore.available()).isZero();
        }
    }
}
