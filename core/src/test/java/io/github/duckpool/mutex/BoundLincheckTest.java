package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.Options;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * The bound on those who wait, schedule by schedule and under load: two who come at once, beside one who gives up or is served. More than the
 * bound never wait, and what was refused or left takes up no place afterwards.
 *
 * <p>The depth is set by the system property {@code lincheck.invocations}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class BoundLincheckTest {
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 60);

    /** A mutex that is held, with one who waits and room for one more. */
    public static class Line {
        private final AsyncMutex mutex =
                new AsyncMutex(MutexOptions.ofDefaults().maxWaiters(2));
        private final Permit held = mutex.tryAcquire();
        private final CompletableFuture<Permit> waiting = mutex.acquire();
        private final List<CompletableFuture<Permit>> all =
                Collections.synchronizedList(new ArrayList<>(List.of(waiting)));

        /** Whether it was refused is nobody's to say: it may be in the moment in which another is. */
        @Operation
        public void ask() {
            all.add(mutex.acquire());
        }

        @Operation
        public void leave() {
            waiting.cancel(false);
        }

        @Operation
        public void release() {
            held.close();
        }

        /** Run alone: how many more come in, with those who wait. */
        @Operation
        public String fill() {
            long before = waiting();
            for (int i = 0; i < 4; i++) {
                ask();
            }
            return before <= 2 ? "then " + waiting() + ", counted " + mutex.queueLength() : before + " wait";
        }

        private long waiting() {
            return all.stream().filter(each -> !each.isDone()).count();
        }
    }

    /** The same, whatever came before. */
    public static class Specification {
        public void ask() {}

        public void leave() {}

        public void release() {}

        public String fill() {
            return "then 2, counted 2";
        }
    }

    @Test
    void noMoreThanMayWaitDo() {
        LinChecker.check(
                Line.class,
                scenarios(new ModelCheckingOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .invocationsPerIteration(INVOCATIONS)));
    }

    @Test
    void norUnderLoad() {
        LinChecker.check(
                Line.class,
                scenarios(new StressOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .invocationsPerIteration(20 * INVOCATIONS)));
    }

    private static Options<?, ?> scenarios(Options<?, ?> options) {
        options.iterations(0);
        options.sequentialSpecification(Specification.class);
        for (List<String> threads :
                List.of(List.of("ask", "ask"), List.of("ask", "ask", "leave"), List.of("ask", "ask", "release"))) {
            options.addCustomScenario(new ExecutionScenario(
                    List.of(),
                    threads.stream().map(each -> List.of(operation(each))).toList(),
                    List.of(operation("fill")),
                    null));
        }
        return options;
    }

    private static Actor operation(String name) {
        try {
            return new Actor(Line.class.getMethod(name), List.of());
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }
}
