package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Those who gave up are swept out of the line when they are many, and nobody else is, whoever came before or comes behind. */
class SweepTest {
    private final AsyncMutex mutex = new AsyncMutex();
    private final Permit holder = mutex.tryAcquire();

    private List<CompletableFuture<Permit>> inLine(int many) {
        List<CompletableFuture<Permit>> all = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            all.add(mutex.acquire());
        }
        return all;
    }

    /** From the last one on, so nobody alive is behind them when they are swept out. */
    private static void giveUp(List<CompletableFuture<Permit>> waiting) {
        for (int i = waiting.size() - 1; i >= 0; i--) {
            waiting.get(i).cancel(false);
        }
    }

    /** Together with newcomers who were not yet in the list of those before them. */
    @Test
    void whoStaysIsServedInOrder() {
        List<CompletableFuture<Permit>> all = inLine(200);
        holder.close();
        all.addAll(inLine(100));
        for (int i = 1; i < 180; i++) {
            all.get(i).cancel(false);
        }
        List<CompletableFuture<Permit>> stayed =
                all.stream().filter(future -> !future.isCancelled()).toList();
        assertThat(mutex.queueLength()).isEqualTo(stayed.size() - 1);
        for (int i = 0; i < stayed.size(); i++) {
            assertThat(stayed.get(i)).as("number " + i).isCompleted();
            assertThat(stayed.stream().filter(CompletableFuture::isDone)).hasSize(i + 1);
            stayed.get(i).join().close();
        }
        assertThat(mutex.available()).isEqualTo(1);
    }

    /** The last of so many is the one who sweeps. */
    @Test
    void whoComesAfterAllHaveGoneIsServed() {
        giveUp(inLine(65));
        CompletableFuture<Permit> next = mutex.acquire();
        assertThat(mutex.queueLength()).isEqualTo(1);
        holder.close();
        assertThat(next).isCompleted();
        next.join().close();
        assertThat(mutex.available()).isEqualTo(1);
    }

    @Test
    void whoComesAfterThemIsToldThatTheLineIsClosed() {
        List<CompletableFuture<Permit>> stayed = inLine(70);
        giveUp(inLine(70));
        stayed.addAll(inLine(2));
        assertThat(mutex.queueLength()).isEqualTo(72);
        mutex.close();
        assertThat(stayed).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThatThrownBy(stayed.get(71)::join).hasCauseInstanceOf(IllegalStateException.class);
    }
}
