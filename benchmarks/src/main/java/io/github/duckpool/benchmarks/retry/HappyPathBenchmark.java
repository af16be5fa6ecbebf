package io.github.duckpool.benchmarks.retry;

import io.github.duckpool.RetryPolicy;
import io.github.duckpool.SqlCallable;
import io.github.duckpool.retry.LockRetry;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Work that succeeds at once, called directly and through a retry. The work reads a field, so that nothing hides the rest. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HappyPathBenchmark {
    private static final Duration BUDGET = Duration.ofSeconds(30);

    private final Object value = new Object();
    private final SqlCallable<Object> work = () -> value;
    private final Callable<Object> plainWork = () -> value;
    private final RetryPolicy lockRetry = LockRetry.ofDefaults();
    private final Retry resilience4j = Retry.ofDefaults("plain");

    @Benchmark
    public Object direct() throws Exception {
        return work.call();
    }

    @Benchmark
    public Object lockRetry() throws Exception {
        return lockRetry.call(work, BUDGET);
    }

    @Benchmark
    public Object resilience4j() throws Exception {
        return resilience4j.executeCallable(plainWork);
    }
}
