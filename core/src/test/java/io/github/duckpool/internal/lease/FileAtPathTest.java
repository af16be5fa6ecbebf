package io.github.duckpool.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the file at a path, and what is not; what happens between the two looks is the test's. */
@DisabledOnOs(OS.WINDOWS)
class FileAtPathTest {
    @TempDir
    Path directory;

    private final AtomicInteger secondLooks = new AtomicInteger();
    private Path file;
    private Path other;

    /** A step of the test that may fail. */
    private interface Step {
        void run() throws IOException;
    }

    @BeforeEach
    void makeFiles() throws IOException {
        file = Files.createFile(directory.resolve("letters.duckdb"));
        other = Files.createFile(directory.resolve("other.duckdb"));
    }

    private FileAtPath watched(boolean ofAnotherHost, Step between) {
        var watched = new FileAtPath(file, path -> ofAnotherHost, () -> {
            secondLooks.incrementAndGet();
            try {
                between.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        watched.arm();
        return watched;
    }

    private FileAtPath watched() {
        return watched(false, () -> {});
    }

    private void replace() throws IOException {
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void nothingIsSaidOfTheFileItself() throws Exception {
        FileAtPath watched = watched();
        Files.writeString(file, "written to");
        assertThat(watched.hazard()).isNull();
        assertThat(secondLooks).hasValue(0);
    }

    @Test
    void anotherFileIsTold() throws Exception {
        FileAtPath watched = watched();
        replace();
        assertThat(watched.hazard()).contains(file.toString(), "was replaced by another file");
        watched.arm();
        assertThat(watched.hazard()).as("who joins changes nothing").contains("was replaced");
    }

    @Test
    void aFileThatIsGoneIsTold() throws Exception {
        FileAtPath watched = watched();
        Files.delete(file);
        assertThat(watched.hazard()).contains(file.toString(), "was deleted or moved away");
    }

    @Test
    void whatIsMovedAwayAndBackIsNot() throws Exception {
        Path away = directory.resolve("away.duckdb");
        FileAtPath watched = watched(false, () -> Files.move(away, file));
        Files.move(file, away);
        assertThat(watched.hazard()).isNull();
        assertThat(secondLooks).hasValue(1);
    }

    @Test
    void whatIsMovedAwayFirstAndReplacedThenIsTold() throws Exception {
        FileAtPath watched = watched(false, this::replace);
        Files.delete(file);
        assertThat(watched.hazard()).contains("was replaced by another file");
    }

    /** Where the identity of a file is invented, each opening and closing would wait for the second look in vain. */
    @Test
    void onAFileSystemOfAnotherHostNothingIsToldNorWaitedFor() throws Exception {
        FileAtPath watched = watched(true, () -> {});
        replace();
        assertThat(watched.hazard()).isNull();
        Files.delete(file);
        assertThat(watched.hazard()).isNull();
        assertThat(secondLooks).hasValue(0);
    }

    @Test
    void whatIsClosedIsNotWatched() throws Exception {
        FileAtPath watched = watched();
        watched.disarm();
        replace();
        assertThat(watched.hazard()).isNull();
        watched.arm();
        assertThat(watched.hazard()).as("the new one is what was opened").isNull();
    }

    @Test
    void whatWasNotThereWhenItWasOpenedIsNotWatched() throws Exception {
        Files.delete(file);
        FileAtPath watched = watched();
        replace();
        assertThat(watched.hazard()).isNull();
    }

    /** The file systems that tests run on are this host's, and the second look really comes. */
    @Test
    void theFileSystemIsAsked() throws Exception {
        var watched = new FileAtPath(file);
        watched.arm();
        Thread.currentThread().interrupt(); // means something else
        Files.delete(file);
        assertThat(watched.hazard()).contains("was deleted or moved away");
        assertThat(Thread.interrupted()).isTrue();
    }
}
