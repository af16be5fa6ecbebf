package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
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
 * The order of the line in the middle of its races, schedule by schedule. Five requests stand in line, and threads cancel, complete,
 * expire and release any of them while newcomers arrive; then those who are left are served one by one, and that order, with every answer before
 * it, must be explained by one order of the operations.
 *
 * <p>With two permits, a thread does one operation only: a release may leave its permit to another releaser that is at work, and come back
 * before it has been passed on.
 *
 * <p>The depth is set by the system properties {@code lincheck.scenarios} and {@code lincheck.invocations}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class LineLincheckTest {
    private static final int SCENARIOS = Integer.getInteger("lincheck.scenarios", 3);
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 30);

    @Test
    void theMutexModelChecked() {
        checkOperations(LineOperations.Mutex.class, LineSpecification.One.class, 2, model(INVOCATIONS), SCENARIOS);
    }

    @Test
    void theSemaphoreModelChecked() {
        checkOperations(LineOperations.Semaphore.class, LineSpecification.Two.class, 1, model(INVOCATIONS), SCENARIOS);
    }

    @Test
    void bothUnderStress() {
        checkOperations(
                LineOperations.Mutex.class, LineSpecification.One.class, 3, stress(10 * INVOCATIONS), SCENARIOS);
        checkOperations(
                LineOperations.Semaphore.class, LineSpecification.Two.class, 1, stress(10 * INVOCATIONS), SCENARIOS);
    }

    @Tag("torture")
    @Test
    void bothForLong() {
        checkOperations(LineOperations.Mutex.class, LineSpecification.One.class, 2, model(100), 10);
        checkOperations(LineOperations.Semaphore.class, LineSpecification.Two.class, 1, model(100), 10);
        checkOperations(LineOperations.Mutex.class, LineSpecification.One.class, 3, stress(1_000), 10);
        checkOperations(LineOperations.Semaphore.class, LineSpecification.Two.class, 1, stress(1_000), 10);
    }

    private static ModelCheckingOptions model(int invocations) {
        return new ModelCheckingOptions()
                .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                .invocationsPerIteration(invocations);
    }

    private static StressOptions stress(int invocations) {
        return new StressOptions()
                .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                .invocationsPerIteration(invocations);
    }

    /** Scenarios that end with the drain, drawn with a fixed seed, so a failure comes again. */
    private static void checkOperations(
            Class<?> operations, Class<?> specification, int length, Options<?, ?> options, int scenarios) {
        List<Method> methods = new ArrayList<>(Arrays.asList(LineOperations.class.getDeclaredMethods()));
        methods.removeIf(method -> !method.isAnnotationPresent(Operation.class));
        methods.sort(Comparator.comparing(Method::getName));
        Method drain = methods.stream()
                .filter(method -> method.getName().equals("drain"))
                .findFirst()
                .orElseThrow();
        Method release = methods.stream()
                .filter(method -> method.getName().equals("release"))
                .findFirst()
                .orElseThrow();
        methods.removeAll(List.of(drain, release));
        List<Method> weighted = new ArrayList<>(methods);
        weighted.addAll(Collections.nCopies(4, release));
        Random random = new Random(scenarios * 31L + length);
        options.iterations(0);
        options.sequentialSpecification(specification);
        for (int i = 0; i < scenarios; i++) {
            int newcomers = LineSpecification.REQUESTS;
            int releases = 1;
            List<List<Actor>> threads = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                List<Actor> actors = new ArrayList<>();
                for (int k = 0; k < length; k++) {
                    boolean allReleased = releases == LineSpecification.REQUESTS;
                    List<Method> choice = allReleased ? methods : weighted;
                    Method method = choice.get(random.nextInt(choice.size()));
                    List<Object> arguments =
                            switch (method.getName()) {
                                case "acquire", "work", "tryAcquire" -> List.of(newcomers++);
                                case "comeAndGo", "available" -> List.of();
                                case "release" -> List.of(releases++);
                                default -> List.of(random.nextInt(LineSpecification.REQUESTS));
                            };
                    actors.add(new Actor(method, arguments));
                }
                threads.add(actors);
            }
            // At least one permit comes back while all that goes on; each comes back once, for a second close may be
            // through before the first.
            threads.get(0).set(0, new Actor(release, List.of(0)));
            options.addCustomScenario(
                    new ExecutionScenario(List.of(), threads, List.of(new Actor(drain, List.of())), null));
        }
        LinChecker.check(operations, options);
    }
}
