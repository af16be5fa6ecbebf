package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A turn on a file that is returned where there is next to no stack left, at every depth at which that can break off. Whoever got the
 * {@link StackOverflowError} closes it again, with room: then the turn is over, whatever had been done before.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TurnWithoutStackTest {
    private static final int SMALL_STACK = 256 * 1024;
    private static final int FRAMES = 150;

    @TempDir
    private Path directory;

    /** Goes down to the end of the stack, and does it so many frames above. */
    private static int descend(int frames, Runnable action, List<Throwable> thrown) {
        int above;
        try {
            above = 1 + descend(frames, action, thrown);
        } catch (StackOverflowError e) {
            above = 0;
        }
        if (above == frames) {
            try {
                action.run();
            } catch (Throwable e) {
                thrown.add(e);
            }
        }
        return above;
    }

    private static List<Throwable> nearTheEndOfTheStack(int frames, Runnable action) throws Exception {
        List<Throwable> thrown = new ArrayList<>(4);
        FutureTask<Integer> task = new FutureTask<>(() -> descend(frames, action, thrown));
        new Thread(null, task, "small stack", SMALL_STACK).start();
        task.get(30, TimeUnit.SECONDS);
        return thrown;
    }

    @Test
    void aTurnThatIsClosedAgainIsOver() throws Exception {
        FileMutex mutex = FileMutex.of(directory.resolve("letters"));
        mutex.lock().close(); // all its classes are there: what a JVM can't load for want of stack is lost for ever
        int brokenOff = 0;
        for (int frames = 0; frames < FRAMES; frames++) {
            Optional<Permit> turn = mutex.tryLock();
            assertThat(turn)
                    .as("after one that was closed %d frames from the end", frames)
                    .isPresent();
            List<Throwable> thrown = nearTheEndOfTheStack(frames, turn.get()::close);
            assertThat(thrown).allMatch(StackOverflowError.class::isInstance);
            brokenOff += thrown.size();
            turn.get().close();
            assertThat(mutex.waiters()).isZero();
        }
        assertThat(brokenOff).as("so that there was something to try").isBetween(1, FRAMES - 1);
    }
}
