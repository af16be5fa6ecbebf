package io.github.duckpool.benchmarks.mutex;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A line of callbacks that waits for one permit, served from its return to the last callback. What is allocated includes getting in line. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DrainBenchmark {
    static final int FEW = 10_000;
    static final int MANY = 100_000;

    /** The lock and those who wait for it. */
    @State(Scope.Benchmark)
    public abstract static class Waiters {
        @Param({Names.ASYNC_MUTEX, Names.FAIR_ASYNC_LOCK})
        public String lock = Names.ASYNC_MUTEX;

        private final int count;
        private final Supplier<CompletableFuture<Object>> work = this::serve;
        private int served;
        private CountDownLatch end = new CountDownLatch(1);
        private @Nullable AsyncLine line;
        private @Nullable Runnable release;

        Waiters(int count) {
            this.count = count;
        }

        /** The one who waits for the end must not watch the count: its looks would cost more than the serving. */
        private CompletableFuture<Object> serve() {
            if (++served == count) {
                end.countDown();
            }
            return CallbackBenchmark.DONE;
        }

        @Setup(Level.Invocation)
        public void queue() {
            if (line == null) {
                line = AsyncLine.of(lock, true);
            }
            release = line.take();
            served = 0;
            end = new CountDownLatch(1);
            for (int i = 0; i < count; i++) {
                line.request(work);
            }
        }

        @SuppressWarnings("NullAway") // made before
        int drain() throws InterruptedException {
            release.run();
            end.await();
            return served;
        }
    }

    /** Ten thousand. */
    public static class Few extends Waiters {
        public Few() {
            super(FEW);
        }
    }

    /** A hundred thousand. */
    public static class Many extends Waiters {
        public Many() {
            super(MANY);
        }
    }

    @Benchmark
    @OperationsPerInvocation(FEW)
    public int few(Few waiters) throws InterruptedException {
        return waiters.drain();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int many(Many waiters) throws InterruptedException {
        return waiters.drain();
    }
}
