package io.github.duckpool.benchmarks.mutex;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/** Taking a lock and returning it with no work between, per thread; {@code -t} sets how many threads do it at once. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class BlockingBenchmark {
    @Param({Names.ASYNC_MUTEX, Names.SEMAPHORE})
    public String lock = Names.ASYNC_MUTEX;

    private @Nullable BlockingLock waiting;
    private @Nullable BlockingLock trying;

    @Setup
    public void make(BenchmarkParams parameters) {
        if (parameters.getBenchmark().endsWith("tryLock")) {
            trying = BlockingLock.trying(lock);
        } else {
            waiting = BlockingLock.waiting(lock);
        }
    }

    @Benchmark
    @SuppressWarnings("NullAway") // made before; a check would be measured
    public Object lock() throws Exception {
        return waiting.hold();
    }

    /** With one thread only. */
    @Benchmark
    @SuppressWarnings("NullAway")
    public Object tryLock() throws Exception {
        return trying.hold();
    }
}
