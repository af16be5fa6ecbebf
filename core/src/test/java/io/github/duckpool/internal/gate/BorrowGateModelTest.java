package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Any sequence of operations leaves the gate where a model of counts and one list of waiters is. */
class BorrowGateModelTest {
    private static final long LONG = TimeUnit.HOURS.toNanos(1);

    enum Operation {
        TRY_BORROW,
        BORROW_ASYNC,
        BORROW_WITHOUT_TIME,
        GIVE_BACK,
        GIVE_BACK_AGAIN,
        CLAIM_AND_RECYCLE,
        CLAIM_AND_VACATE,
        SHARE_CLAIM_AND_RECYCLE,
        CLAIM_STALE,
        CLAIM_IDLE,
        CLAIM_EMPTY,
        RECYCLE,
        VACATE,
        CANCEL,
        COMPLETE_OUTSIDE,
        FAIL_WAITERS,
        SUSPEND,
        RESUME,
        CLOSE
    }

    record Step(Operation operation, int pick) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Operation> operations = Arbitraries.frequencyOf(
                Tuple.of(40, Arbitraries.of(Operation.class).filter(op -> op != Operation.CLOSE)),
                Tuple.of(20, Arbitraries.of(Operation.BORROW_ASYNC, Operation.GIVE_BACK)),
                Tuple.of(1, Arbitraries.just(Operation.CLOSE)));
        return Combinators.combine(operations, Arbitraries.integers().between(0, 1_000))
                .as(Step::new)
                .list()
                .ofMaxSize(120);
    }

    @Property(tries = 2_000)
    void theGateDoesWhatTheModelSays(
            @ForAll @IntRange(min = 1, max = 4) int size, @ForAll boolean strict, @ForAll("steps") List<Step> steps) {
        Run run = new Run(size, strict ? 0 : 1_000_000);
        for (Step step : steps) {
            run.apply(step);
            run.check();
        }
    }

    /** The gate and its model, side by side. */
    private static final class Run {
        private record Borrow(Slot<Integer> slot, int stamp) {}

        private final BorrowGate<Integer> gate;
        private final int size;
        private final List<Borrow> borrows = new ArrayList<>();
        private final List<Borrow> stale = new ArrayList<>();
        private final List<Slot<Integer>> leaving = new ArrayList<>();
        private final Deque<CompletableFuture<Slot<Integer>>> line = new ArrayDeque<>();
        private final List<CompletableFuture<?>> drained = new ArrayList<>();
        private int free;
        private int empty;
        private long lendings;
        private int sessions;
        private boolean suspended;
        private boolean closed;

        Run(int size, long overtakingNanos) {
            this.size = size;
            gate = new BorrowGate<>(size, overtakingNanos, () -> 0);
            empty = size;
        }

        void apply(Step step) {
            switch (step.operation()) {
                case TRY_BORROW -> {
                    Slot<Integer> slot = gate.tryBorrow();
                    assertThat(slot != null).isEqualTo(!closed && !suspended && line.isEmpty() && free + empty > 0);
                    if (slot != null) {
                        lent(slot);
                    }
                }
                case BORROW_ASYNC -> queue(gate.borrowAsync(LONG));
                case BORROW_WITHOUT_TIME -> withoutTime();
                case GIVE_BACK -> {
                    if (!borrows.isEmpty()) {
                        Borrow borrow = end(step);
                        assertThat(gate.giveBack(borrow.slot(), borrow.stamp())).isTrue();
                        free++;
                        serve();
                    }
                }
                case GIVE_BACK_AGAIN -> {
                    if (!stale.isEmpty()) {
                        Borrow borrow = stale.get(step.pick() % stale.size());
                        assertThat(borrow.slot().isLent(borrow.stamp())).isFalse();
                        assertThat(gate.giveBack(borrow.slot(), borrow.stamp())).isFalse();
                    }
                }
                case CLAIM_AND_RECYCLE -> {
                    if (!borrows.isEmpty()) {
                        claim(step);
                        recycle(leaving.remove(leaving.size() - 1));
                    }
                }
                case CLAIM_AND_VACATE -> {
                    if (!borrows.isEmpty()) {
                        claim(step);
                        vacate(leaving.remove(leaving.size() - 1));
                    }
                }
                case SHARE_CLAIM_AND_RECYCLE -> {
                    if (!borrows.isEmpty()) {
                        Borrow borrow = borrows.get(step.pick() % borrows.size());
                        assertThat(gate.share(borrow.slot(), borrow.stamp())).isTrue();
                        assertThat(gate.share(borrow.slot(), borrow.stamp())).isTrue();
                        assertThat(borrow.slot().isLent(borrow.stamp())).isTrue();
                        assertThat(gate.giveBack(borrow.slot(), borrow.stamp())).isFalse();
                        claim(step);
                        recycle(leaving.remove(leaving.size() - 1));
                    }
                }
                case CLAIM_STALE -> {
                    if (!stale.isEmpty()) {
                        Borrow borrow = stale.get(step.pick() % stale.size());
                        assertThat(gate.claim(borrow.slot(), borrow.stamp())).isFalse();
                        assertThat(gate.share(borrow.slot(), borrow.stamp())).isFalse();
                    }
                }
                case CLAIM_IDLE -> {
                    Slot<Integer> slot = gate.claimIdle(session -> true);
                    assertThat(slot != null).isEqualTo(free > 0);
                    if (slot != null) {
                        free--;
                        leaving.add(slot);
                    }
                }
                case CLAIM_EMPTY -> {
                    Slot<Integer> slot = gate.claimEmpty();
                    assertThat(slot != null).isEqualTo(!closed && !suspended && line.isEmpty() && empty > 0);
                    if (slot != null) {
                        empty--;
                        slot.install(sessions++);
                        leaving.add(slot);
                    }
                }
                case RECYCLE -> {
                    if (!leaving.isEmpty()) {
                        recycle(leaving.remove(step.pick() % leaving.size()));
                    }
                }
                case VACATE -> {
                    if (!leaving.isEmpty()) {
                        vacate(leaving.remove(step.pick() % leaving.size()));
                    }
                }
                case CANCEL -> {
                    if (!line.isEmpty()) {
                        pick(step).cancel(false);
                    }
                }
                case COMPLETE_OUTSIDE -> {
                    if (!line.isEmpty()) {
                        pick(step).completeExceptionally(new IllegalStateException("outside"));
                    }
                }
                case FAIL_WAITERS -> {
                    assertThat(gate.failWaiters(() -> new IllegalStateException("refused")))
                            .isEqualTo(line.size());
                    assertThat(line).allMatch(CompletableFuture::isCompletedExceptionally);
                    line.clear();
                }
                case SUSPEND -> {
                    suspended = true;
                    drained.add(gate.suspend().toCompletableFuture());
                }
                case RESUME -> {
                    suspended = false;
                    gate.resume();
                    assertThat(drained).allMatch(CompletableFuture::isDone);
                    drained.clear();
                    serve();
                }
                case CLOSE -> {
                    closed = true;
                    gate.close();
                    assertThat(line).allMatch(CompletableFuture::isCompletedExceptionally);
                    line.clear();
                }
            }
        }

        private void queue(CompletableFuture<Slot<Integer>> future) {
            if (closed) {
                assertThat(future).isCompletedExceptionally();
            } else {
                line.add(future);
                serve();
            }
        }

        private void withoutTime() {
            try {
                Slot<Integer> slot = gate.borrow(0);
                assertThat(!closed && !suspended && line.isEmpty() && free + empty > 0)
                        .isTrue();
                lent(slot);
            } catch (Exception e) {
                assertThat(closed || suspended || !line.isEmpty() || free + empty == 0)
                        .isTrue();
            }
        }

        private CompletableFuture<Slot<Integer>> pick(Step step) {
            CompletableFuture<Slot<Integer>> future = new ArrayList<>(line).get(step.pick() % line.size());
            line.remove(future);
            return future;
        }

        private void lent(Slot<Integer> slot) {
            if (slot.session() == null) {
                assertThat(free).isZero();
                empty--;
                slot.install(sessions++);
            } else {
                free--;
            }
            lendings++;
            Borrow borrow = new Borrow(slot, slot.stamp());
            assertThat(borrows).noneMatch(other -> other.slot() == slot);
            assertThat(stale).doesNotContain(borrow);
            borrows.add(borrow);
        }

        private Borrow end(Step step) {
            Borrow borrow = borrows.remove(step.pick() % borrows.size());
            stale.add(borrow);
            return borrow;
        }

        private void claim(Step step) {
            Borrow borrow = end(step);
            assertThat(gate.claim(borrow.slot(), borrow.stamp())).isTrue();
            assertThat(gate.claim(borrow.slot(), borrow.stamp())).isFalse();
            leaving.add(borrow.slot());
        }

        private void recycle(Slot<Integer> slot) {
            gate.recycle(slot);
            free++;
            serve();
        }

        private void vacate(Slot<Integer> slot) {
            gate.vacate(slot);
            empty++;
            serve();
        }

        private void serve() {
            while (!suspended && !closed && !line.isEmpty() && free + empty > 0) {
                CompletableFuture<Slot<Integer>> next = line.remove();
                assertThat(next).as("the head of the line is served").isCompleted();
                lent(next.join());
            }
        }

        void check() {
            assertThat(line).as("nobody else is served").noneMatch(CompletableFuture::isDone);
            assertThat(gate.lent()).isEqualTo(borrows.size());
            assertThat(gate.free()).isEqualTo(free);
            assertThat(gate.waiting()).isEqualTo(line.size());
            assertThat(gate.borrows()).isEqualTo(lendings);
            assertThat(borrows.size() + leaving.size() + free + empty).isEqualTo(size);
            if (suspended) {
                assertThat(drained).allMatch(stage -> stage.isDone() == (empty == size));
            }
            List<Borrow> shown = new ArrayList<>();
            gate.forEachLent((slot, stamp) -> shown.add(new Borrow(slot, stamp)));
            assertThat(shown).containsExactlyInAnyOrderElementsOf(borrows);
        }
    }
}
