package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * The end of a key's line, schedule by schedule: it retires between any two steps of somebody who takes its permit or asks for it. Either he
 * has the permit and the line lives, or it has retired and he is told so; if both could be, the next line of the key would
 * let another in beside him.
 *
 * <p>The depth is set by the system property {@code lincheck.invocations}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class KeyLineLincheckTest {
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 100);

    /** A line that is free; a permit that is got is kept. */
    public static class Line {
        private final KeyLine line = new KeyLine("a", MutexOptions.ofDefaults(), retired -> {});

        @Operation
        public String take() {
            try {
                return line.tryAcquire() != null ? "got" : "held by another";
            } catch (KeyLine.RetiredException e) {
                return "retired";
            }
        }

        @Operation
        public String ask() {
            CompletableFuture<Permit> future = line.acquire();
            try {
                return future.isDone() && future.join() != null ? "got" : "held by another";
            } catch (CompletionException e) {
                return e.getCause() instanceof KeyLine.RetiredException ? "retired" : "failed: " + e.getCause();
            }
        }

        /** What {@link KeyedMutex} does after each request. */
        @Operation
        public boolean retire() {
            line.idle();
            return line.isShut();
        }
    }

    /** The same, one after another. */
    public static class Specification {
        private boolean held;
        private boolean retired;

        public String take() {
            if (retired) {
                return "retired";
            }
            if (held) {
                return "held by another";
            }
            held = true;
            return "got";
        }

        public String ask() {
            return take();
        }

        public boolean retire() {
            retired |= !held;
            return retired;
        }
    }

    @Test
    void aLineRetiresOnlyWhenNobodyHasIt() throws Exception {
        ModelCheckingOptions options = new ModelCheckingOptions()
                .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                .iterations(0)
                .invocationsPerIteration(INVOCATIONS)
                .sequentialSpecification(Specification.class);
        for (List<String> operations :
                List.of(List.of("take", "retire"), List.of("ask", "retire"), List.of("take", "ask", "retire"))) {
            options.addCustomScenario(scenario(operations));
        }
        LinChecker.check(Line.class, options);
    }

    /** A thread for each operation. */
    private static ExecutionScenario scenario(List<String> operations) throws NoSuchMethodException {
        List<List<Actor>> threads = new ArrayList<>();
        for (String operation : operations) {
            threads.add(List.of(new Actor(Line.class.getMethod(operation), List.of())));
        }
        return new ExecutionScenario(List.of(), threads, List.of(), null);
    }
}
