package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.mutex.TurnLog.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge of the torture sees each kind of mistake. */
class TurnCheckerTest {

    @Test
    void goodTurnsPass() {
        assertThat(check(
                        2,
                        exclusive(1, 0, 10, 20),
                        shared(3, 1, 30, 50),
                        shared(2, 1, 31, 40),
                        exclusive(4, 1, 60, 70)))
                .isEmpty();
    }

    @Test
    void aKilledHolderMayHaveRaisedTheCounterOrNot() {
        Turn killed = new Turn("k", false, 1, 0, 10, null, null);
        assertThat(check(1, killed)).isEmpty();
        assertThat(check(0, killed)).isEmpty();
        assertThat(check(2, killed)).containsExactly("counter: nobody raised 1");
    }

    @Test
    void overlapsAreSeen() {
        assertThat(kinds(2, exclusive(1, 0, 10, 20), exclusive(2, 1, 19, 30))).containsExactly("overlap");
        assertThat(kinds(1, shared(1, 0, 10, 20), exclusive(2, 0, 15, 30))).containsExactly("overlap");
        assertThat(kinds(1, exclusive(1, 0, 10, 20), shared(2, 1, 15, 30))).containsExactly("overlap");
        assertThat(kinds(1, shared(1, 0, 10, 90), shared(2, 0, 11, 12), exclusive(3, 0, 15, 30)))
                .containsExactly("overlap");
    }

    @Test
    void overtakingIsSeen() {
        assertThat(kinds(2, exclusive(2, 0, 10, 20), exclusive(1, 1, 30, 40))).containsExactly("order");
        assertThat(kinds(1, shared(2, 0, 10, 20), exclusive(1, 0, 30, 40))).containsExactly("order");
        assertThat(kinds(1, exclusive(2, 0, 10, 20), shared(1, 1, 30, 40))).containsExactly("order");
    }

    @Test
    void lostAndForeignUpdatesAreSeen() {
        assertThat(kinds(1, exclusive(1, 0, 10, 20), exclusive(2, 0, 30, 40))).containsExactly("counter");
        assertThat(kinds(0, exclusive(1, 0, 10, 20))).containsExactly("counter");
        assertThat(check(1, exclusive(1, 0, 1, 2), new Turn("s", true, 2, 1, 10, 2L, 20L)))
                .singleElement()
                .asString()
                .startsWith("counter: it changed during");
    }

    private static List<String> kinds(long counter, Turn... turns) {
        return check(counter, turns).stream()
                .map(violation -> violation.split(":")[0])
                .toList();
    }

    private static List<String> check(long counter, Turn... turns) {
        return TurnChecker.check(List.of(turns), counter);
    }

    private static Turn exclusive(long ticket, long counter, long start, long end) {
        return new Turn("e" + ticket, false, ticket, counter, start, counter + 1, end);
    }

    private static Turn shared(long ticket, long counter, long start, long end) {
        return new Turn("s" + ticket, true, ticket, counter, start, counter, end);
    }
}
