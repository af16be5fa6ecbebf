package io.github.duckpool.benchmarks.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A turn that is one fork of a JMH benchmark, for what takes nanoseconds: a fresh JVM, its warm-up and its iterations. Its
 * metrics are {@link #SCORE}, in the unit of the benchmark, and {@link #ALLOCATED}.
 *
 * @param benchmark the class with the benchmark
 * @param method the method with {@code @Benchmark}
 * @param threads how many threads call it at once
 * @param parameters values of the fields with {@code @Param}
 * @param iterationMillis how long each of the three iterations that are measured takes; the two to warm up take twice as long
 */
public record JmhTurn(
        Class<?> benchmark, String method, int threads, Map<String, String> parameters, int iterationMillis)
        implements Turn {

    /** The benchmark's score. */
    public static final String SCORE = "time";

    /** Bytes allocated per operation. */
    public static final String ALLOCATED = "allocated";

    /** A heap whose pages are there from the start: a short fork would else measure how the system hands them out. */
    private static final List<String> HEAP = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    /** Copies the parameters. */
    public JmhTurn {
        parameters = Map.copyOf(parameters);
    }

    @Override
    public Map<String, Double> run(Path directory) throws Exception {
        TimeValue iteration = TimeValue.milliseconds(iterationMillis);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + benchmark.getName().replace(".", "\\.").replace("$", "\\.") + "\\." + method + "$")
                .threads(threads)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.milliseconds(2L * iterationMillis))
                .measurementIterations(3)
                .measurementTime(iteration)
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .jvmArgsAppend(jvmArgs(directory).toArray(String[]::new)); // a second call would undo the first
        parameters.forEach(options::param);
        Collection<RunResult> results = new Runner(options.build()).run();
        if (results.size() != 1) {
            throw new IllegalStateException(
                    benchmark.getName() + "." + method + " gave " + results.size() + " results");
        }
        RunResult result = results.iterator().next();
        Map<String, Double> sample = new HashMap<>();
        sample.put(SCORE, result.getPrimaryResult().getScore());
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (allocated != null) {
            sample.put(ALLOCATED, allocated.getScore());
        }
        return sample;
    }

    private List<String> jvmArgs(Path directory) {
        List<String> args = new ArrayList<>(HEAP);
        args.add("-Djava.io.tmpdir=" + directory);
        return args;
    }
}
