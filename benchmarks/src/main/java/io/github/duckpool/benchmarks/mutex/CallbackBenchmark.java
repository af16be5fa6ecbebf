package io.github.duckpool.benchmarks.mutex;

import io.github.duckpool.benchmarks.harness.Busy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Callbacks under a lock: each thread asks {@value #IN_FLIGHT} times, and waits until all its callbacks have run, here or on another thread. One
 * thread alone always finds the lock free.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CallbackBenchmark {
    static final int IN_FLIGHT = 64;

    static final CompletableFuture<Object> DONE = CompletableFuture.completedFuture(true);

    @Param({Names.ASYNC_MUTEX, Names.FAIR_ASYNC_LOCK})
    public String lock = Names.ASYNC_MUTEX;

    private @Nullable AsyncLine line;

    @Setup
    public void make(BenchmarkParams parameters) {
        line = AsyncLine.of(lock, parameters.getThreads() > 2);
    }

    /** One thread's requests. Its callbacks run under the lock, one after another, so they count without an atomic addition. */
    @State(Scope.Thread)
    public static class Client {
        private int asked;
        private final AtomicInteger served = new AtomicInteger();

        @SuppressWarnings("UnnecessaryLambda") // a method reference at each request would be made anew each time
        private final Supplier<CompletableFuture<Object>> work = () -> {
            served.setRelease(served.getPlain() + 1);
            return DONE;
        };
    }

    @Benchmark
    @OperationsPerInvocation(IN_FLIGHT)
    @SuppressWarnings("NullAway") // made before
    public int callbacks(Client client) {
        return callbacks(line, client);
    }

    /** What each of several threads does with one line. */
    static Supplier<Busy.Client> clients(String lock, boolean isLong) {
        AsyncLine shared = AsyncLine.of(lock, isLong);
        return () -> {
            Client client = new Client();
            return () -> {
                callbacks(shared, client);
                return IN_FLIGHT;
            };
        };
    }

    @SuppressWarnings("ThreadPriorityCheck") // lets the other threads on where there are more than cores
    private static int callbacks(AsyncLine line, Client client) {
        for (int i = 0; i < IN_FLIGHT; i++) {
            line.request(client.work);
        }
        client.asked += IN_FLIGHT;
        while (client.served.getAcquire() != client.asked) {
            Thread.yield();
        }
        return client.asked;
    }
}
