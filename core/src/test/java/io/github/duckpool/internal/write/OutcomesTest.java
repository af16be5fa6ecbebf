package io.github.duckpool.internal.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever fails while the members of a group are told, each of them hears what became of it, and nobody waits for ever. */
@Timeout(60)
class OutcomesTest {
    private static final Consumer<Iterable<? extends Runnable>> HERE = tasks -> tasks.forEach(Runnable::run);

    private final WorkThreads threads = new WorkThreads("outcomes");
    private final WorkReport report = new WorkReport("outcomes", () -> "nobody writes now");
    private final List<Throwable> reported = new ArrayList<>();
    private Thread.@Nullable UncaughtExceptionHandler before;

    @BeforeEach
    void listen() {
        before = Thread.currentThread().getUncaughtExceptionHandler();
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    }

    @AfterEach
    void end() {
        Thread.currentThread().setUncaughtExceptionHandler(before);
        threads.shutdown();
    }

    /** Hears of its outcome only after so many errors. */
    private final class Member extends Pending<String> {
        private final String name;
        private int errors;

        Member(String name, int errors) {
            super(new Call(threads), new Budget(TimeUnit.HOURS.toNanos(1), false), report);
            this.name = name;
            this.errors = errors;
        }

        @Override
        void alone(Units units) {
            throw new IllegalStateException("it is in a group");
        }

        @Override
        void committed() {
            succeed(name);
        }

        @Override
        public boolean complete(String value) {
            if (errors > 0) {
                errors--;
                throw new OutOfMemoryError("injected");
            }
            return super.complete(value);
        }
    }

    private Member future(String name) {
        return future(name, 0);
    }

    private Member future(String name, int errors) {
        Member member = new Member(name, errors);
        assertThat(member.call.start()).isTrue();
        return member;
    }

    private Member thread(String name, int errors) {
        Member member = future(name, errors);
        member.blockCaller();
        return member;
    }

    private Outcomes outcomes(Consumer<Iterable<? extends Runnable>> elsewhere) {
        return new Outcomes(elsewhere, count -> {});
    }

    private static Consumer<Iterable<? extends Runnable>> withoutMemoryAfter(int members) {
        return tasks -> {
            int left = members;
            for (Runnable task : tasks) {
                if (left-- == 0) {
                    throw new OutOfMemoryError("injected");
                }
                task.run();
            }
        };
    }

    @Test
    void whoWaitsHereIsToldHereAndFuturesElsewhereInOrder() {
        List<Runnable> elsewhere = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        Outcomes outcomes = new Outcomes(tasks -> tasks.forEach(elsewhere::add), counts::add);
        List<Member> members = List.of(future("a"), thread("b", 0), future("c"), thread("d", 0));
        outcomes.committed(members);
        assertThat(counts).containsExactly(2);
        assertThat(elsewhere).isEqualTo(List.of(members.get(0), members.get(2)));
        assertThat(members.get(1)).isCompletedWithValue("b");
        assertThat(members.get(3)).isCompletedWithValue("d");
        assertThat(members.get(0)).isNotDone();
    }

    @Test
    void noMemoryForTheWayToFuturesChangesNobodysOutcome() {
        for (int told = 0; told < 2; told++) {
            List<Member> members = List.of(future("a"), future("b"), thread("c", 0));
            outcomes(withoutMemoryAfter(told)).committed(members);
            for (Member member : members) {
                assertThat(member).isCompletedWithValue(member.name);
            }
        }
        assertThat(reported).hasSize(2).allMatch(e -> e instanceof OutOfMemoryError);
    }

    @Test
    void anErrorWhileOneIsToldIsNobodyElses() {
        List<Member> members = List.of(thread("a", 0), thread("b", Integer.MAX_VALUE), thread("c", 3), thread("d", 0));
        outcomes(HERE).committed(members);
        assertThat(members.get(0)).isCompletedWithValue("a");
        assertThat(members.get(2)).as("when there is memory again").isCompletedWithValue("c");
        assertThat(members.get(3)).isCompletedWithValue("d");
        assertThat(reported).hasSize(1);
    }

    @Test
    void anErrorBeforeThreadsAreToldKeepsItFromNobody() {
        Outcomes outcomes = new Outcomes(HERE, count -> {
            throw new OutOfMemoryError("injected");
        });
        List<Member> members = List.of(thread("a", 0), thread("b", 0));
        outcomes.committed(members);
        assertThat(members).allSatisfy(member -> assertThat(member).isCompletedWithValue(member.name));
    }

    @Test
    void whatIsCommittedDoesNotFailAfterwards() {
        List<Member> members = List.of(future("a"), thread("b", 0));
        Outcomes outcomes = outcomes(tasks -> {}); // on its way
        outcomes.committed(members);
        outcomes.abandoned(members, new OutOfMemoryError("injected"));
        outcomes.failed(members, new SQLException("injected"));
        members.forEach(Pending::run);
        assertThat(members).allSatisfy(member -> assertThat(member).isCompletedWithValue(member.name));
    }

    @Test
    void aTurnThatIsAbandonedFailsThoseWhoHaveNoOutcome() {
        List<Member> members = List.of(future("done"), thread("left", 0), future("stopped"), future("cancelled"));
        members.get(0).committed();
        SQLException why = new SQLException("its time is over");
        assertThat(members.get(2).call.stop(why)).isTrue();
        assertThat(members.get(3).call.stop(report.cancelled())).isTrue();
        OutOfMemoryError error = new OutOfMemoryError("injected");
        outcomes(HERE).abandoned(members, error);
        assertThat(members.get(0)).isCompletedWithValue("done");
        assertThatThrownBy(() -> members.get(1).await()).isSameAs(error);
        assertThatThrownBy(() -> members.get(2).join()).hasCause(why);
        assertThat(members.get(3)).isCancelled();
    }

    @Test
    void eachGetsACopyOfTheErrorOfAll() {
        List<Member> members = List.of(future("a"), thread("b", 0));
        outcomes(HERE).failed(members, new SQLException("unknown", "08007", 7));
        List<Throwable> causes = new ArrayList<>();
        for (Member member : members) {
            member.exceptionally(e -> {
                causes.add(e);
                return "";
            });
        }
        assertThat(causes).hasSize(2).doesNotHaveDuplicates().allSatisfy(e -> assertThat(e)
                .isInstanceOfSatisfying(
                        SQLException.class, sql -> assertThat(sql.getSQLState()).isEqualTo("08007")));
    }
}
