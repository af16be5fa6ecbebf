package io.github.duckpool.mutex;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A thread that others may interrupt, and that none interrupts any more once it has left. */
final class Interruptible {
    /** About as long as a thread takes to get in line and park. */
    private static final int LOOKS = 5_000;

    private static final Object BUSY = new Object();

    /** The thread, or {@link #BUSY} while another is just interrupting it. */
    private final AtomicReference<@Nullable Object> present = new AtomicReference<>();

    /** False if there is one already. */
    boolean enter() {
        return present.compareAndSet(null, Thread.currentThread());
    }

    static void pause() {
        pauseWhile(() -> true);
    }

    /** Waits for something that another may do soon, or not at all. */
    static void pauseWhile(BooleanSupplier condition) {
        for (int i = 0; i < LOOKS && condition.getAsBoolean(); i++) {
            Thread.onSpinWait();
        }
    }

    /** Interrupts the thread, if there is one soon. */
    void interrupt() {
        for (int i = 0; i < LOOKS; i++) {
            if (present.get() instanceof Thread thread && present.compareAndSet(thread, BUSY)) {
                thread.interrupt();
                present.set(null);
                return;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Leaves, with no flag.
     *
     * @param wasTold whether an interrupt was heard of, which clears the flag
     */
    void leave(boolean wasTold) {
        boolean isInterrupted = !present.compareAndSet(Thread.currentThread(), null);
        while (present.get() == BUSY) {
            Thread.onSpinWait();
        }
        Inside.check(
                Thread.interrupted() == (isInterrupted && !wasTold),
                "an interrupt is heard of or its flag is kept, never both or none");
        Inside.check(isInterrupted || !wasTold, "nobody hears of an interrupt that was none");
    }
}
