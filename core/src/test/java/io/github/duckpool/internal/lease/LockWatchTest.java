package io.github.duckpool.internal.lease;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.observe.Alert;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What follows for the pools of a file when its lock is gone, or the file itself. */
@DisabledOnOs(OS.WINDOWS)
class LockWatchTest {
    @TempDir
    Path directory;

    private final List<Alert> alerts = new ArrayList<>();
    private final List<SQLException> refusals = new ArrayList<>();
    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.createFile(directory.resolve("letters.duckdb").toAbsolutePath());
    }

    private FileTenancy pool(String name, boolean wanted, boolean lendsWithoutLock) throws IOException {
        var terms = new LeaseTerms(name, false, true, 0, 0, false, 0, lendsWithoutLock, Map.of(), alerts::add);
        var lease = new FileLease(FileMutex.of(file), false);
        return new FileTenancy(lease, terms, new NoOpener(), new IdleTenant(wanted, refusals::add));
    }

    private LockWatch opened(boolean readOnly) {
        var watch = new LockWatch(file, readOnly);
        watch.begin();
        watch.opened();
        return watch;
    }

    private void replace() throws IOException {
        Path other = Files.createFile(directory.resolve("other.duckdb"));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aReplacedFileIsToldOnceAndEndsTheLending() throws Exception {
        LockWatch watch = opened(false);
        List<FileTenancy> open = List.of(pool("first", false, false), pool("second", false, false));
        watch.look(open);
        assertThat(watch.lost()).isEmpty();
        assertThat(watch.stopsLending(open)).isFalse();

        replace();
        watch.look(open);
        watch.look(open);
        assertThat(watch.lost()).get().asString().contains("was replaced by another file");
        assertThat(alerts).extracting(Alert::kind).containsOnly(Alert.Kind.FILE_REPLACED);
        assertThat(alerts).as("one for each pool").hasSize(2);
        assertThat(watch.stopsLending(open)).isTrue();
        assertThat(watch.isLockLost()).as("a checkpoint harms nobody").isFalse();

        watch.closed();
        assertThat(watch.lost()).as("until it is opened anew").isPresent();
        watch.begin();
        watch.opened();
        watch.look(open);
        assertThat(watch.lost()).isEmpty();
        assertThat(alerts).hasSize(2);
    }

    @Test
    void whoWasToldToLendsOnOnlyIfAllWere() throws Exception {
        LockWatch watch = opened(false);
        FileTenancy careless = pool("careless", false, true);
        replace();
        watch.look(List.of(careless));
        assertThat(watch.lost()).isPresent();
        assertThat(watch.stopsLending(List.of(careless))).isFalse();
        assertThat(watch.stopsLending(List.of(careless, pool("careful", false, false))))
                .isTrue();
    }

    @Test
    void whoReadsGoesOnWithTheFileThatHeHas() throws Exception {
        LockWatch watch = opened(true);
        replace();
        watch.look(List.of(pool("reader", false, false)));
        assertThat(watch.lost()).isEmpty();
        assertThat(alerts).isEmpty();
    }

    @Test
    void onlyWhoWaitsIsRefusedAndOnlyInDanger() throws Exception {
        LockWatch watch = opened(false);
        List<FileTenancy> pools = List.of(pool("waiting", true, false), pool("idle", false, false));
        watch.failWishing(pools);
        assertThat(refusals).isEmpty();
        replace();
        watch.look(pools);
        watch.failWishing(pools);
        assertThat(refusals).singleElement().satisfies(why -> assertThat(why.getMessage())
                .startsWith("waiting: nothing is lent any more: ")
                .contains("was replaced by another file"));
    }

    @Test
    void itIsLookedOnceASecond() throws Exception {
        LockWatch watch = opened(false);
        List<FileTenancy> open = List.of(pool("letters", false, false));
        long beforeNanos = System.nanoTime();
        watch.look(open);
        replace();
        watch.lookNowAndThen(open, beforeNanos + TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(watch.lost()).isEmpty();
        watch.lookNowAndThen(open, System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
        assertThat(watch.lost()).isPresent();
    }

    /** The lock is Java's here, of the same kind as DuckDB's. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aLockThatIsGoneIsToldOnceAndForbidsCheckpoints() throws Exception {
        List<FileTenancy> open = List.of(pool("letters", false, false));
        try (var channel = FileChannel.open(file, READ, WRITE)) {
            assertThat(channel.lock()).isNotNull();
            LockWatch watch = opened(false);
            watch.look(open);
            assertThat(watch.lost()).isEmpty();

            Files.readAllBytes(file); // the hazard itself
            watch.opened(); // a further pool finds no lock, and changes nothing
            watch.look(open);
            watch.look(open);
            assertThat(watch.isLockLost()).isTrue();
            assertThat(watch.lost()).get().asString().contains("DuckDB's lock on " + file + " is gone");
            assertThat(alerts).extracting(Alert::kind).containsExactly(Alert.Kind.LOCK_LOST);
            assertThat(watch.stopsLending(open)).isTrue();
        }
    }

    /** Who has seen no lock knows nothing, as in a container without {@code /proc}. */
    @Test
    void whereNoLockWasSeenNoneIsMissed() throws Exception {
        LockWatch watch = opened(false);
        watch.look(List.of(pool("letters", false, false)));
        assertThat(watch.lost()).isEmpty();
        assertThat(watch.isLockLost()).isFalse();
    }

    /** Opens nothing. */
    private static final class NoOpener extends OpenerStub {
        @Override
        public OpenDatabase open(Path file) throws SQLException {
            throw new SQLException("nothing is opened here");
        }
    }
}
