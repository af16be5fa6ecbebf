package io.github.duckpool.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A future in line hears its outcome once, and a value that it has no use for goes back once. */
class TellingTest {
    private final CompletableFuture<String> future = new CompletableFuture<>();
    private final List<String> refused = new ArrayList<>();
    private final Telling<String> telling = new Telling<>(future, refused::add);

    @Test
    void whoIsToldTwiceKeepsTheValue() {
        telling.tell("slot");
        telling.run(); // by a queue that had taken it before it failed to grow
        assertThat(future).isCompletedWithValue("slot");
        assertThat(refused).isEmpty();
    }

    @Test
    void aValueThatNobodyWantsGoesBackOnce() {
        future.cancel(false);
        telling.tell("slot");
        telling.run();
        assertThat(refused).containsExactly("slot");
    }

    @Test
    void aFailureThatCannotBeMadeIsToldAsWhatFailed() {
        Supplier<Throwable> why = () -> {
            throw new OutOfMemoryError("injected");
        };
        telling.tell(why);
        assertThat(future).isCompletedExceptionally();
        assertThat(future.handle((value, error) -> error).join())
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("injected");
    }
}
