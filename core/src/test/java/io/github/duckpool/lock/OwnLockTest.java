package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A lock of this process on a file, which vanishes when the file is opened and closed once more. */
@EnabledOnOs(OS.LINUX)
class OwnLockTest {
    @TempDir
    Path directory;

    @Test
    void aLockIsSeenUntilAnyDescriptorOfItsFileIsClosed() throws Exception {
        Path file = Files.createFile(directory.toRealPath().resolve("letters"));
        assertThat(OwnLock.on(file)).isEmpty();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(OwnLock.on(file)).isEmpty();
            assertThat(channel.lock().isValid()).isTrue();
            OwnLock lock = OwnLock.on(file).orElseThrow();
            assertThat(lock.isHeld()).isTrue();
            assertThat(lock.toString()).contains("WRITE");

            assertThat(Files.readAllBytes(file)).isEmpty();

            assertThat(lock.isHeld()).isFalse();
            assertThat(OwnLock.on(file)).isEmpty();
        }
    }

    @Test
    void aLockOnPartOfTheFileIsAnother() throws Exception {
        Path file = Files.createFile(directory.toRealPath().resolve("letters"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(channel.lock(10, 1, false).isValid()).isTrue();
            assertThat(OwnLock.on(file)).isEmpty();
        }
    }
}
