package io.github.duckpool.internal.gate;

import io.github.duckpool.CheckerPatience;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;

/** A waiter's outcome is decided once: who grants, who fails it and the waiter that gives up have one winner among them. */
@Tag("model")
@DisabledForJreRange(minVersion = 25, disabledReason = "Lincheck 2.39 can't read the class files of this JDK")
public class WaiterLincheckTest {
    private final Waiter<Object> waiter = new Waiter<>(Thread.currentThread(), 0, 1);

    @Operation
    public boolean grant() {
        return waiter.decide("granted");
    }

    @Operation
    public boolean fail() {
        return waiter.decide("failed");
    }

    @Operation
    public boolean giveUp() {
        return waiter.giveUp();
    }

    @Test
    void oneWins() throws NoSuchMethodException {
        var options = new ModelCheckingOptions()
                .iterations(0)
                .invocationsPerIteration(50)
                .invocationTimeout$lincheck(CheckerPatience.MILLIS)
                .sequentialSpecification(Sequential.class);
        for (String other : List.of("fail", "giveUp")) {
            options.addCustomScenario(new ExecutionScenario(
                    List.of(), List.of(List.of(actor("grant")), List.of(actor(other))), List.of(), null));
        }
        LinChecker.check(WaiterLincheckTest.class, options);
    }

    private static Actor actor(String name) throws NoSuchMethodException {
        return new Actor(WaiterLincheckTest.class.getMethod(name), List.of());
    }

    /** The first one wins. */
    public static class Sequential {
        private @Nullable String winner;

        public boolean grant() {
            return first("grant");
        }

        public boolean fail() {
            return first("fail");
        }

        public boolean giveUp() {
            return first("giveUp");
        }

        private boolean first(String who) {
            if (winner == null) {
                winner = who;
                return true;
            }
            return false;
        }
    }
}
