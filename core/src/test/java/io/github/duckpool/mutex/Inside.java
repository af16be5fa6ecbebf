package io.github.duckpool.mutex;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Who is inside at once. */
final class Inside {
    private final int most;
    private final AtomicInteger now = new AtomicInteger();

    Inside(int most) {
        this.most = most;
    }

    void enterAndLeave() {
        check(now.incrementAndGet() <= most, "no more are inside than there are permits");
        now.decrementAndGet();
    }

    void use(@Nullable Permit permit) {
        if (permit != null) {
            enterAndLeave();
            permit.close();
        }
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }
}
