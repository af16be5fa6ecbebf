package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nobody's function runs on a thread that has nothing to do with it. */
class WorkThreadsTest {
    @Test
    void whoGetsTheTurnWhileThePoolClosesStillRunsElsewhere() throws Exception {
        WorkThreads threads = new WorkThreads("closing");
        threads.shutdown();
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        threads.write(() -> ran.complete(Thread.currentThread()));
        assertThat(ran.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    }
}
