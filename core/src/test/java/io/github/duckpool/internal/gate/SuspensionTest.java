package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whoever finds the stage of a suspension looks at the slots at once: it must be there only while the gate is marked. */
class SuspensionTest {
    private final Suspension suspension = new Suspension();
    private final List<String> events = new ArrayList<>();

    private void note(String what) {
        events.add(what + (suspension.present() == null ? "" : " with a stage"));
    }

    @Test
    void theGateIsMarkedBeforeAnybodyFindsTheStage() {
        suspension.begin(() -> note("marked"));
        note("begun");
        assertThat(events).containsExactly("marked", "begun with a stage");
    }

    @Test
    void theStageIsOverBeforeTheMarkIs() {
        CompletableFuture<@Nullable Void> drained =
                suspension.begin(() -> note("marked")).toCompletableFuture();
        suspension.end(() -> note("unmarked " + (drained.isDone() ? "after" : "before") + " the end"));
        assertThat(events).containsExactly("marked", "unmarked after the end");
    }

    @Test
    void whoBeginsALaterOneKeepsTheMark() {
        CompletableFuture<@Nullable Void> drained =
                suspension.begin(() -> note("marked")).toCompletableFuture();
        var unused = drained.whenComplete((nothing, cancelled) -> suspension.begin(() -> note("marked again")));
        suspension.end(() -> note("unmarked"));
        note("ended");
        assertThat(events).containsExactly("marked", "marked again", "ended with a stage");
    }

    @Test
    void aSecondBeginningIsTheSame() {
        var first = suspension.begin(() -> note("marked")).toCompletableFuture();
        var second = suspension.begin(() -> note("marked")).toCompletableFuture();
        suspension.present().complete(null);
        assertThat(first).isDone();
        assertThat(second).isDone();
        assertThat(events).containsExactly("marked");
    }
}
