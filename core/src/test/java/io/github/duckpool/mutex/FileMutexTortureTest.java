package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Six processes of two languages, killed, stopped and interrupted while they take turns. */
@DisabledOnOs(OS.WINDOWS)
class FileMutexTortureTest {
    private static final int PROCESSES = 6;

    @TempDir
    Path directory;

    private QueueTorture torture;
    private boolean python;

    @BeforeEach
    void prepare() {
        torture = new QueueTorture(directory, 42);
        python = QueueTorture.pythonIsHere();
        if (!python) {
            System.err.println("NO PYTHON: the torture runs with JVMs alone");
        }
    }

    @AfterEach
    void killAll() throws InterruptedException {
        torture.killAll();
    }

    @Test
    void aShortTortureLeavesEveryTurnAloneAndInOrder() throws Exception {
        tortureFor(Duration.ofSeconds(8), Duration.ofMillis(60));
    }

    @Test
    @Tag("torture")
    void aLongTortureLeavesEveryTurnAloneAndInOrder() throws Exception {
        tortureFor(Duration.ofSeconds(Integer.getInteger("duckpool.torture.seconds", 150)), Duration.ofMillis(60));
    }

    /** Tickets begin at one again with every companion, so order is told by none; but no turn is disturbed. */
    @Test
    void turnsAreAloneAlsoWhileTheCompanionIsDeletedUnderThem() throws Exception {
        torture.start(false, "deleting");
        torture.start(false, "deleting");
        torture.awaitTurnsOfEach(20);
        torture.torment(Duration.ofSeconds(4), Duration.ofMillis(200));
        torture.finish();

        List<TurnLog.Turn> turns = torture.turns();
        assertThat(TurnChecker.check(turns, torture.counter()))
                .filteredOn(violation -> !violation.startsWith("order"))
                .isEmpty();
        assertThat(turns.stream().filter(turn -> turn.ticket() == 1))
                .as("turns on a new companion")
                .hasSizeGreaterThan(10);
    }

    @Test
    void theCheckerCatchesAClientThatDoesNotWait() throws Exception {
        assertThatABrokenClientIsCaught(false);
    }

    @Test
    void theCheckerCatchesAScriptThatDoesNotWait() throws Exception {
        Assumptions.assumeTrue(python, "Python is not here");
        assertThatABrokenClientIsCaught(true);
    }

    private void assertThatABrokenClientIsCaught(boolean script) throws Exception {
        torture.start(script, "broken");
        torture.start(false);
        torture.awaitTurnsOfEach(200);
        torture.awaitTurns(500);
        torture.finish();

        assertThat(TurnChecker.check(torture.turns(), torture.counter()))
                .anyMatch(violation -> violation.startsWith("overlap"))
                .anyMatch(violation -> violation.startsWith("order"));
    }

    private void tortureFor(Duration time, Duration betweenTroubles) throws Exception {
        for (int i = 0; i < PROCESSES; i++) {
            torture.start(python && i % 2 == 0);
        }
        torture.awaitTurnsOfEach(10);
        torture.torment(time, betweenTroubles);
        while (torture.kills == 0) {
            torture.torment(Duration.ofSeconds(1), betweenTroubles);
        }
        torture.finish();

        List<TurnLog.Turn> turns = torture.turns();
        System.out.printf(
                "torture: %d turns (%d shared), counter %d, %d kills, %d stops%n",
                turns.size(),
                turns.stream().filter(TurnLog.Turn::shared).count(),
                torture.counter(),
                torture.kills,
                torture.stops);
        assertThat(TurnChecker.check(turns, torture.counter())).isEmpty();
        assertThat(turns).hasSizeGreaterThan(100);
        assertThat(torture.kills).isPositive();
    }
}
