package io.github.duckpool.mutex;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The steps of a door one by one, as threads may interleave them. A door that goes wrong may try again for ever. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoorTest {
    private final Door door = new Door(true);
    private final Door.Opening first = Door.Opening.ofNew();

    private long taken() {
        long token = door.tokenOfNext();
        assertThat(token).isNotEqualTo(Door.NONE);
        assertThat(door.takeAtDoor(token)).isTrue();
        return token;
    }

    @Test
    void aTokenReturnsThePermitOnce() {
        long token = taken();
        assertThat(door.hasPermit(first)).isFalse();
        assertThat(door.tokenOfNext()).isEqualTo(Door.NONE);
        assertThat(door.giveBackToDoor(token)).isTrue();
        assertThat(door.hasPermit(first)).isTrue();
        assertThat(door.giveBackToDoor(token)).isFalse();
        assertThat(door.claim(token)).isFalse();
        long next = taken();
        assertThat(next).isGreaterThan(token);
        assertThat(door.giveBackToDoor(token)).as("the token of the one before").isFalse();
        assertThat(door.claim(token)).isFalse();
        assertThat(door.giveBackToDoor(next)).isTrue();
    }

    @Test
    void aTokenThatWasReadEarlyTakesNothingLater() {
        long early = door.tokenOfNext();
        door.giveBackToDoor(taken());
        assertThat(door.takeAtDoor(early)).isFalse();
        assertThat(door.tokenOfNext()).isNotEqualTo(Door.NONE);
    }

    @Test
    void aHolderThatTheDoorWasShutOverReturnsToTheLineOnce() {
        long token = taken();
        assertThat(door.takeOrShut(first)).isFalse();
        assertThat(door.takeOrShut(first)).as("a second that gets in line").isFalse();
        assertThat(door.giveBackToDoor(token)).isFalse();
        assertThat(door.claim(token)).isTrue();
        assertThat(door.claim(token)).isFalse();
        assertThat(door.tokenOfNext()).as("the permit is the line's now").isEqualTo(Door.NONE);
        assertThat(door.hasPermit(first)).isFalse();
    }

    @Test
    void aPermitThatIsFreeIsTakenForTheLineAndTheDoorStaysShut() {
        assertThat(door.takeOrShut(first)).isTrue();
        assertThat(door.tokenOfNext()).isEqualTo(Door.NONE);
        assertThat(door.takeOrShut(first)).isFalse();
        assertThat(door.takeIfThere(first)).isFalse();
    }

    @Test
    void anOpeningMovesThePermitToTheDoorOnce() {
        assertThat(door.takeOrShut(first)).isTrue();
        Door.Opening second = new Door.Opening();
        assertThat(door.hasPermit(second)).as("in the opening").isTrue();
        door.openDoor(second);
        long token = taken();
        door.openDoor(second);
        assertThat(door.tokenOfNext()).as("held, not opened again").isEqualTo(Door.NONE);
        assertThat(door.takeOrShut(second)).isFalse();
        door.openDoor(second);
        assertThat(door.tokenOfNext()).isEqualTo(Door.NONE);
        assertThat(door.takeIfThere(second)).isFalse();
        assertThat(door.claim(token)).isTrue();
        door.openDoor(second);
        assertThat(door.tokenOfNext()).as("shut under another number").isEqualTo(Door.NONE);
    }

    @Test
    void whoeverTakesThePermitOutOfAnOpeningKeepsTheDoorShut() {
        assertThat(door.takeOrShut(first)).isTrue();
        Door.Opening second = new Door.Opening();
        assertThat(door.takeOrShut(second)).isTrue();
        door.openDoor(second);
        assertThat(door.tokenOfNext()).isEqualTo(Door.NONE);
        assertThat(door.takeIfThere(second)).isFalse();
        assertThat(door.hasPermit(second)).isFalse();

        Door.Opening third = new Door.Opening();
        assertThat(door.takeIfThere(third)).isTrue();
        door.openDoor(third);
        assertThat(door.tokenOfNext()).isEqualTo(Door.NONE);
    }
}
