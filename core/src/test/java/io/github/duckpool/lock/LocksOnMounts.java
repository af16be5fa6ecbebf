package io.github.duckpool.lock;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A process that locks its first file, then its last, and says each time how many locks are seen on which. */
final class LocksOnMounts {
    private LocksOnMounts() {}

    public static void main(String[] files) throws Exception {
        System.out.println("same number "
                + Files.getAttribute(Path.of(files[0]), "unix:ino")
                        .equals(Files.getAttribute(Path.of(files[1]), "unix:ino")));
        lock(files[0], files);
        lock(files[files.length - 1], files);
    }

    private static void lock(String locked, String[] files) throws Exception {
        try (var channel = FileChannel.open(Path.of(locked), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                throw new IllegalStateException(locked + " is locked already");
            }
            LockTable table = LockTable.read().orElseThrow();
            System.out.println(locked + " locked: "
                    + Arrays.stream(files)
                            .map(file -> file + " " + table.on(Path.of(file)).size())
                            .collect(Collectors.joining(", ")));
        }
    }
}
