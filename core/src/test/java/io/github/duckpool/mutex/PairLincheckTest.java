package io.github.duckpool.mutex;

import io.github.duckpool.CheckerPatience;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * Two operations that compete for one step of the line, each broken off between any two steps by the whole of the other. A race of two is found
 * for sure so; the scenarios of {@link LineLincheckTest} and {@link MutexLincheckTest} mix more, and see a part of their schedules only.
 *
 * <p>The depth is set by the system property {@code lincheck.pairs}.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class PairLincheckTest {
    private static final int INVOCATIONS = Integer.getInteger("lincheck.pairs", 40);

    /** The second one has to leave its wish to the first, who must not lay down the role without an answer to it. */
    @Test
    void twoPermitsComeBackAtOnce() {
        check(
                LineOperations.Semaphore.class,
                LineSpecification.Two.class,
                List.of(),
                List.of(operation(LineOperations.class, "release", 0), operation(LineOperations.class, "release", 1)),
                List.of(operation(LineOperations.class, "drain")));
    }

    /** All who waited have given up, so the permit goes back into the word, where somebody is just getting in line. */
    @Test
    void aNewcomerMeetsThePermitThatNobodyWaitedFor() {
        check(
                LineOperations.Mutex.class,
                LineSpecification.One.class,
                allGiveUp(),
                List.of(operation(LineOperations.class, "release", 0), operation(LineOperations.class, "acquire", 5)),
                List.of(operation(LineOperations.class, "drain")));
    }

    private static List<Actor> allGiveUp() {
        List<Actor> allGiveUp = new ArrayList<>();
        for (int number = 1; number < LineSpecification.REQUESTS; number++) {
            allGiveUp.add(operation(LineOperations.class, "cancel", number));
        }
        return allGiveUp;
    }

    /** Whoever comes, gives up or is served in the moment is counted or not, and nobody else is. */
    @Test
    void thoseWhoWaitAreCounted() {
        List<Actor> changes = List.of(
                operation(LineOperations.class, "acquire", 5),
                operation(LineOperations.class, "work", 5),
                operation(LineOperations.class, "cancel", 2),
                operation(LineOperations.class, "expire", 1),
                operation(LineOperations.class, "completeOutside", 4),
                operation(LineOperations.class, "release", 0));
        for (Actor change : changes) {
            check(
                    LineOperations.Mutex.class,
                    LineSpecification.One.class,
                    List.of(),
                    List.of(change, operation(LineOperations.class, "queueLength")),
                    List.of(operation(LineOperations.class, "queueLength"), operation(LineOperations.class, "drain")));
        }
    }

    /** The timer of a request is set after it got in line, and may go off before that is noted; the permit may come in that moment. */
    @Test
    void theTimeOfANewcomerIsOverAtOnce() {
        for (String way : List.of("acquire", "work")) {
            for (Actor other : List.of(
                    operation(LineOperations.class, "expireNewcomer", 5),
                    operation(LineOperations.class, "release", 0))) {
                check(
                        LineOperations.Mutex.class,
                        LineSpecification.One.class,
                        allGiveUp(),
                        List.of(operation(LineOperations.class, way, 5), other),
                        List.of(
                                operation(LineOperations.class, "expireNewcomer", 5),
                                operation(LineOperations.class, "queueLength"),
                                operation(LineOperations.class, "drain")));
            }
        }
    }

    /** Wherever in line it is; and the permit may come, or its caller give up, in that moment. */
    @Test
    void theTimeOfARequestIsOver() {
        for (int number = 1; number < LineSpecification.REQUESTS; number++) {
            Actor over = operation(LineOperations.class, "expire", number);
            for (Actor other : List.of(
                    operation(LineOperations.class, "release", 0),
                    operation(LineOperations.class, "cancel", number),
                    operation(LineOperations.class, "expire", number % 4 + 1))) {
                check(
                        LineOperations.Mutex.class,
                        LineSpecification.One.class,
                        List.of(),
                        List.of(over, other),
                        List.of(
                                operation(LineOperations.class, "queueLength"),
                                operation(LineOperations.class, "drain")));
            }
        }
    }

    /** He may be counted himself, but he is none of the others. */
    @Test
    void whoComesAndGoesIsNotTakenForAnother() {
        check(
                LineOperations.Mutex.class,
                LineSpecification.One.class,
                List.of(),
                List.of(operation(LineOperations.class, "comeAndGo"), operation(LineOperations.class, "countsTheFour")),
                List.of(operation(LineOperations.class, "queueLength"), operation(LineOperations.class, "drain")));
    }

    /** One of the two returns the permit, to one waiter. */
    @Test
    void twoCloseOnePermit() {
        for (Class<?> permit : List.of(Free.class, Covered.class, Waited.class)) {
            check(
                    permit,
                    Closed.class,
                    List.of(),
                    List.of(operation(Closing.class, "close"), operation(Closing.class, "close")),
                    List.of(operation(Closing.class, "served")));
        }
    }

    /** A permit that two threads close, and two who ask for it, before or after that. */
    public abstract static class Closing {
        final AsyncMutex mutex = new AsyncMutex();
        final List<CompletableFuture<Permit>> waiting = new ArrayList<>();
        Permit permit = mutex.tryAcquire();

        @Operation
        public void close() {
            permit.close();
        }

        @Operation
        public long served() {
            while (waiting.size() < 2) {
                waiting.add(mutex.acquire());
            }
            return waiting.stream().filter(CompletableFuture::isDone).count();
        }
    }

    /** It was free, and nobody waits. */
    public static class Free extends Closing {}

    /** It was free, and two wait. */
    public static class Covered extends Closing {
        public Covered() {
            waiting.add(mutex.acquire());
            waiting.add(mutex.acquire());
        }
    }

    /** It was waited for, and two wait. */
    public static class Waited extends Closing {
        public Waited() {
            CompletableFuture<Permit> next = mutex.acquire();
            waiting.add(mutex.acquire());
            waiting.add(mutex.acquire());
            permit.close();
            permit = next.join();
        }
    }

    /** Whoever closes it, one is served. */
    public static class Closed {
        public void close() {}

        public long served() {
            return 1;
        }
    }

    /** Whoever shuts the line, and then returns a permit, has given it to nobody, even while somebody else is at work in the list. */
    @Test
    void aPermitThatComesBackAfterTheLineWasShutGoesToNobody() {
        check(
                Shutting.class,
                Shut.class,
                List.of(),
                List.of(operation(Shutting.class, "release"), operation(Shutting.class, "shutAndRelease")),
                List.of(operation(Shutting.class, "atMostOneIsServed")));
    }

    /** Two permits that were waited for, by those whom two others follow. */
    public static class Shutting {
        private final AsyncSemaphore semaphore = new AsyncSemaphore(2);
        private final List<CompletableFuture<Permit>> waiting = new ArrayList<>();
        private final List<Permit> held = new ArrayList<>();

        public Shutting() {
            List<Permit> before =
                    List.of(semaphore.acquire().join(), semaphore.acquire().join());
            List<CompletableFuture<Permit>> next = List.of(semaphore.acquire(), semaphore.acquire());
            waiting.add(semaphore.acquire());
            waiting.add(semaphore.acquire());
            before.forEach(Permit::close);
            next.forEach(each -> held.add(each.join()));
        }

        @Operation
        public void release() {
            held.get(0).close();
        }

        @Operation
        public void shutAndRelease() {
            semaphore.close();
            held.get(1).close();
        }

        @Operation
        public boolean atMostOneIsServed() {
            return waiting.stream()
                            .filter(each -> each.isDone() && !each.isCompletedExceptionally())
                            .count()
                    <= 1;
        }
    }

    /** The permit that was not returned after the end may have been passed on. */
    public static class Shut {
        public void release() {}

        public void shutAndRelease() {}

        public boolean atMostOneIsServed() {
            return true;
        }
    }

    private static void check(
            Class<?> operations, Class<?> specification, List<Actor> before, List<Actor> pair, List<Actor> after) {
        LinChecker.check(
                operations,
                new ModelCheckingOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .iterations(0)
                        .invocationsPerIteration(INVOCATIONS)
                        .sequentialSpecification(specification)
                        .addCustomScenario(new ExecutionScenario(
                                before, pair.stream().map(List::of).toList(), after, null)));
    }

    private static Actor operation(Class<?> operations, String name, Integer... arguments) {
        Class<?>[] types = new Class<?>[arguments.length];
        Arrays.fill(types, int.class);
        try {
            return new Actor(operations.getMethod(name, types), List.of(arguments));
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }
}
