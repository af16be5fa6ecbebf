package io.github.duckpool.internal.write;

import io.github.duckpool.CheckerPatience;
import io.github.duckpool.mutex.Permit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.Options;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/**
 * Places of one's own and places shared, taken by two threads in any schedule: whoever comes after somebody has taken a place of his own
 * is served after him, and never joins a group before him. The order in which all are served at the end must be that of a plain list.
 */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
class WritersLineLincheckTest {
    private static final int INVOCATIONS = Integer.getInteger("lincheck.pairs", 40);

    /** The line. */
    @Param(name = "number", gen = IntGen.class, conf = "0:4")
    public static class Line implements WritersLine.Turns {
        @SuppressWarnings("NullAway") // nobody blocks
        private final WritersLine line = new WritersLine("line", null, this, new QueueRoom(10));

        private final List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        private final Permit first;

        public Line() throws Exception {
            first = line.tryEnter();
        }

        @Operation
        public void place(@Param(name = "number") int number) {
            line.takePlace(null).thenAccept(permit -> {
                served.add(number);
                line.leave(permit);
            });
        }

        @Operation
        @SuppressWarnings("NullAway") // nothing is stopped
        public void share(@Param(name = "number") int number) {
            line.join(new Member(number, line.report()));
        }

        /** Run alone, when all is said. */
        @Operation
        public String drain() {
            line.leave(first);
            return served.toString();
        }

        @Override
        public void opened(Group group, Pending<?> member) {}

        @Override
        public void granted(Group group, Permit permit) {
            group.seal().forEach(member -> served.add(((Member) member).name));
            line.leave(permit);
        }

        @Override
        public void refused(Group group) {
            throw new IllegalStateException("nobody closed it");
        }

        @Override
        public void abandoned(Group group, Error why) {
            throw why;
        }
    }

    private static final class Member extends Pending<Integer> {
        private final int name;

        @SuppressWarnings("NullAway") // nothing is stopped
        Member(int name, WorkReport report) {
            super(new Call(null), new Budget(TimeUnit.HOURS.toNanos(1), false), report);
            this.name = name;
        }

        @Override
        void alone(Units units) {
            throw new IllegalStateException("nothing is written here");
        }

        @Override
        void committed() {
            succeed(name);
        }
    }

    /** A list of groups, and of places that nobody shares. */
    public static class Specification {
        private final List<Integer> places = new ArrayList<>();
        private boolean open;
        private final List<List<Integer>> line = new ArrayList<>();

        public void place(int number) {
            line.add(List.of(number));
            open = false;
        }

        public void share(int number) {
            if (!open) {
                line.add(new ArrayList<>());
                open = true;
            }
            line.get(line.size() - 1).add(number);
        }

        public String drain() {
            line.forEach(places::addAll);
            return places.toString();
        }
    }

    @Test
    void nobodyPassesAPlaceOfOnesOwn() {
        check(List.of(), List.of(place(1), share(2)), List.of(share(3), share(4)));
        check(List.of(share(0)), List.of(place(1), share(2)), List.of(share(3), place(4)));
        check(List.of(), List.of(place(1), share(2)), List.of(place(3), share(4)));
    }

    @SafeVarargs
    private static void check(List<Actor> before, List<Actor>... threads) {
        for (Options<?, ?> options : List.of(
                new ModelCheckingOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .iterations(0)
                        .invocationsPerIteration(INVOCATIONS),
                new StressOptions()
                        .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                        .iterations(0)
                        .invocationsPerIteration(10 * INVOCATIONS))) {
            options.sequentialSpecification(Specification.class);
            options.addCustomScenario(
                    new ExecutionScenario(before, Arrays.asList(threads), List.of(operation("drain")), null));
            LinChecker.check(Line.class, options);
        }
    }

    private static Actor place(int number) {
        return operation("place", number);
    }

    private static Actor share(int number) {
        return operation("share", number);
    }

    private static Actor operation(String name, Integer... arguments) {
        Class<?>[] types = new Class<?>[arguments.length];
        Arrays.fill(types, int.class);
        try {
            return new Actor(Line.class.getMethod(name, types), List.of(arguments));
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }
}
