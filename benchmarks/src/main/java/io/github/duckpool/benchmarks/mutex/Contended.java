package io.github.duckpool.benchmarks.mutex;

import io.github.duckpool.benchmarks.harness.Apart;
import io.github.duckpool.benchmarks.harness.Busy;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Many threads at one lock, which hold it themselves or have callbacks run under it. */
public final class Contended implements Apart.Opening {
    /** A setting: each thread locks and unlocks. */
    static final String HOLDERS = "holders";

    /** A setting: each thread has {@value CallbackBenchmark#IN_FLIGHT} callbacks in flight. */
    static final String CALLERS = "callers";

    /** A setting: the same, of so many threads that the line may be long. */
    static final String MANY_CALLERS = "many callers";

    @Override
    public Apart.Subject open(String contender, String setting, Path directory) {
        Supplier<Busy.Client> clients =
                switch (setting) {
                    case HOLDERS -> holders(contender);
                    case CALLERS -> CallbackBenchmark.clients(contender, false);
                    case MANY_CALLERS -> CallbackBenchmark.clients(contender, true);
                    default -> throw new IllegalArgumentException("no setting " + setting);
                };
        return new Apart.Subject() {
            @Override
            public Busy.Client client() {
                return clients.get();
            }

            @Override
            public void close() {
                // a lock is nothing but memory
            }
        };
    }

    private static Supplier<Busy.Client> holders(String name) {
        BlockingLock held = BlockingLock.waiting(name);
        return () -> () -> {
            held.hold();
            return 1;
        };
    }
}
