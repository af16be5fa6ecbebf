package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is in a group, and when it is closed to others. */
@Timeout(120)
class GroupTest {
    private final WorkThreads threads = new WorkThreads("group");
    private final WorkReport report = new WorkReport("group", () -> "nobody writes now");
    private final Call call = new Call(threads);
    private final Budget budget = new Budget(TimeUnit.HOURS.toNanos(1), false);

    @AfterEach
    void shutDown() {
        threads.shutdown();
    }

    private PendingFunction<String> member() {
        return new PendingFunction<>(c -> "done", call, budget, report);
    }

    @Test
    void membersAreInTheOrderOfJoiningAndGivenOutOnce() {
        Group group = new Group();
        List<Pending<?>> joined = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            PendingFunction<String> member = member();
            assertThat(group.join(member)).isTrue();
            joined.add(member);
            assertThat(group.size()).isEqualTo(i + 1);
        }
        assertThat(group.seal()).isEqualTo(joined);
        assertThat(group.seal()).isEmpty();
        assertThat(group.join(member())).isFalse();
        assertThat(group.size()).isZero();
        assertThat(group.forEach(member -> {})).isFalse();
    }

    /**
     * The turn has come, and others join all the time. They are refused as soon as the writer comes, however long he counts those who
     * are there; if each newcomer made him begin again, he would write for nobody. Here he counts in a circle until somebody was refused.
     */
    @Test
    void nobodyJoinsWhileTheWriterCounts() throws Exception {
        Group group = new Group();
        PendingFunction<String> first = member();
        assertThat(group.join(first)).isTrue();
        PendingFunction<String> last = first;
        for (int i = 0; i < 10_000; i++) {
            last = member();
            assertThat(group.join(last)).isTrue();
        }
        Thread writer = new Thread(group::seal);
        writer.setDaemon(true);
        first.before = last;
        try {
            writer.start();
            long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (group.join(member())) {
                assertThat(System.nanoTime() - endNanos)
                        .as("he counts for 20 s, and others join")
                        .isNegative();
                Thread.sleep(1);
            }
        } finally {
            first.before = null;
        }
        writer.join(20_000);
        assertThat(writer.isAlive()).isFalse();
    }
}
