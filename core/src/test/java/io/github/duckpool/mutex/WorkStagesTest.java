package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stage work gives, its permit comes back, and the result is the stage's. */
@Timeout(60)
class WorkStagesTest {
    private static final IllegalStateException OWN = new IllegalStateException("of the work");

    /** A lock, as this test sees it. */
    private interface Lock {
        @Nullable
        Permit tryAcquire();

        CompletableFuture<String> withPermit(Supplier<CompletionStage<String>> work);
    }

    /** Done, and refuses to say so, as many a subclass does. */
    private static final class Closed extends CompletableFuture<String> {
        Closed() {
            super.complete("value");
        }

        @Override
        public boolean isDone() {
            throw new UnsupportedOperationException("isDone");
        }

        @Override
        public String join() {
            throw new UnsupportedOperationException("join");
        }
    }

    /** Can't be listened to. */
    private static final class Deaf extends CompletableFuture<String> {
        @Override
        public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
            throw OWN;
        }
    }

    private static Lock lock(String kind) {
        if (kind.equals("KeyedMutex")) {
            KeyedMutex<String> mutex = new KeyedMutex<>();
            return new Lock() {
                @Override
                public @Nullable Permit tryAcquire() {
                    return mutex.tryAcquire("key");
                }

                @Override
                public CompletableFuture<String> withPermit(Supplier<CompletionStage<String>> work) {
                    return mutex.withPermit("key", work);
                }
            };
        }
        AsyncSemaphore semaphore = kind.equals("AsyncMutex") ? new AsyncMutex() : new AsyncSemaphore(1);
        return new Lock() {
            @Override
            public @Nullable Permit tryAcquire() {
                return semaphore.tryAcquire();
            }

            @Override
            public CompletableFuture<String> withPermit(Supplier<CompletionStage<String>> work) {
                return semaphore.withPermit(work);
            }
        };
    }

    private static Stream<Arguments> cases() {
        return Stream.of("AsyncMutex", "AsyncSemaphore", "KeyedMutex")
                .flatMap(kind -> Stream.of(false, true).map(queued -> Arguments.of(kind, queued)));
    }

    private static CompletableFuture<String> ask(
            Lock lock, boolean queued, Function<CompletableFuture<String>, CompletionStage<String>> stage) {
        Permit first = queued ? lock.tryAcquire() : null;
        CompletableFuture<String> base = new CompletableFuture<>();
        CompletableFuture<String> result = lock.withPermit(() -> stage.apply(base));
        if (first != null) {
            first.close();
        }
        base.complete("value");
        return result;
    }

    private static void assertFree(Lock lock) {
        Permit permit = lock.tryAcquire();
        assertThat(permit).as("the permit is back").isNotNull();
        permit.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aStageThatIsDoneGivesItsOutcome(String kind, boolean queued) throws Exception {
        Lock lock = lock(kind);
        assertThat(ask(lock, queued, base -> CompletableFuture.completedStage("value"))
                        .get(10, TimeUnit.SECONDS))
                .isEqualTo("value");
        assertFree(lock);
        assertThat(ask(lock, queued, CompletableFuture::minimalCompletionStage).get(10, TimeUnit.SECONDS))
                .isEqualTo("value");
        assertFree(lock);
        assertThat(ask(lock, queued, base -> new Closed()).get(10, TimeUnit.SECONDS))
                .isEqualTo("value");
        assertFree(lock);
        assertThatThrownBy(() -> ask(lock, queued, base -> CompletableFuture.failedStage(OWN))
                        .get(10, TimeUnit.SECONDS))
                .hasCause(OWN);
        assertFree(lock);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aStageThatThrowsFailsItsWorkAlone(String kind, boolean queued) {
        Lock lock = lock(kind);
        CompletableFuture<String> result = ask(lock, queued, base -> new Deaf());
        assertThatThrownBy(result::join).isInstanceOf(CompletionException.class).hasCause(OWN);
        assertFree(lock);
    }

    /** The end of the work is one of the things that this thread has still to tell. */
    @ParameterizedTest
    @MethodSource("cases")
    void inAContinuationTheWorkMayBeEndedAndWaitedFor(String kind, boolean queued) throws Exception {
        for (int way = 0; way < 3; way++) {
            int wait = way;
            Lock lock = lock(kind);
            AsyncMutex outer = new AsyncMutex();
            Permit first = outer.lock();
            CompletableFuture<String> told = outer.acquire().thenApply(permit -> {
                CompletableFuture<String> result = ask(lock, queued, base -> base);
                try (permit) {
                    return switch (wait) {
                        case 0 -> result.join();
                        case 1 -> result.get();
                        default -> result.get(1, TimeUnit.DAYS);
                    };
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            Thread closer = new Thread(first::close);
            closer.setDaemon(true);
            closer.start();
            assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo("value");
        }
    }

    /** Who is told of a permit may ask for another, and wait for the work: what is done needs nobody who is told later. */
    @ParameterizedTest
    @ValueSource(strings = {"AsyncMutex", "AsyncSemaphore", "KeyedMutex"})
    void inAContinuationItIsDoneAtOnce(String kind) throws Exception {
        Lock lock = lock(kind);
        AsyncMutex outer = new AsyncMutex();
        Permit first = outer.lock();
        CompletableFuture<String> told = outer.acquire().thenApply(permit -> {
            String value = lock.withPermit(() -> CompletableFuture.completedStage("value"))
                    .join();
            assertFree(lock);
            permit.close();
            return value;
        });
        CompletableFuture.runAsync(first::close).get(10, TimeUnit.SECONDS);
        assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo("value");
    }
}
