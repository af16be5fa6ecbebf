package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whose lock is whose file's, where numbers of inodes come again on other file systems. The lines were recorded on Linux 6. */
@DisabledOnOs(OS.WINDOWS)
class LockTableTest {
    private static final LockTable TABLE = LockTable.parseAll("1: POSIX  ADVISORY  READ 7495 00:29:4 0 EOF\n"
            + "2: POSIX  ADVISORY  WRITE 7495 00:29:9 0 EOF\n"
            + "3: POSIX  ADVISORY  WRITE 812 fe:00:9 0 EOF\n"
            + "4: FLOCK  ADVISORY  WRITE 12944 fe:00:4 0 EOF\n");

    private static final String MOUNTS = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
            + "67 44 0:39 / /mnt/two\\040words rw - tmpfs a rw\n"
            + "68 44 0:40 / /mnt/other rw - tmpfs b rw\n"
            + "69 68 0:41 / /mnt/other rw - overlay o rw,lowerdir=/a\n"
            + "70 27 259:1048575 /in/it /mnt/one-file.duckdb rw - ext4 /dev/nvme rw\n";

    private static List<Long> owners(long inode, String stat, Supplier<Optional<String>> mounted) {
        return TABLE.on(inode, stat, mounted).stream().map(LockTable.Lock::pid).toList();
    }

    private static Optional<String> neverAsked() {
        throw new AssertionError("the list of mounts need not be read");
    }

    @Test
    void theDeviceOfTheFileTells() {
        assertThat(owners(9, "fe:00", LockTableTest::neverAsked)).containsExactly(812L);
        assertThat(owners(9, "00:29", LockTableTest::neverAsked)).containsExactly(7495L);
        assertThat(owners(5, "fe:00", LockTableTest::neverAsked)).isEmpty();
    }

    @Test
    void aLockOfTheSameNumberOnAnotherDeviceIsNotTheFiles() {
        assertThat(owners(4, "fe:00", () -> Optional.of("fe:00"))).isEmpty();
        assertThat(owners(9, "00:30", () -> Optional.of("00:30"))).isEmpty();
    }

    @Test
    void whereStatShowsAnotherDeviceThatOfTheMountTells() {
        assertThat(owners(9, "00:2a", () -> Optional.of("00:29"))).containsExactly(7495L);
        assertThat(owners(9, "00:2a", () -> Optional.of("00:31"))).isEmpty();
        assertThat(owners(9, "00:2a", Optional::empty))
                .as("a lock too many rather than one too few")
                .containsExactly(7495L, 812L);
    }

    @Test
    void devicesOfMounts() {
        assertThat(MountDevice.parse(MOUNTS, Path.of("/srv/x.duckdb"))).contains("fe:00");
        assertThat(MountDevice.parse(MOUNTS, Path.of("/mnt/two words/x.duckdb")))
                .contains("00:27");
        assertThat(MountDevice.parse(MOUNTS, Path.of("/mnt/two words2/x.duckdb")))
                .contains("fe:00");
        assertThat(MountDevice.parse(MOUNTS, Path.of("/mnt/other/x.duckdb")))
                .as("the later mount at a place hides the other")
                .contains("00:29");
        assertThat(MountDevice.parse(MOUNTS, Path.of("/mnt/one-file.duckdb"))).contains("103:fffff");
        assertThat(MountDevice.parse("", Path.of("/srv/x.duckdb"))).isEmpty();
        assertThat(MountDevice.parse("27 1 x:0 / / rw\n28\n", Path.of("/srv/x.duckdb")))
                .isEmpty();
    }

    /** Two files of the same number on two file systems, and one on layers of which {@code stat} shows the device. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void realFileSystems(@TempDir Path directory) throws Exception {
        String mounts = "cd \"$0\" && mkdir a b o && mount -t tmpfs a a && mount -t tmpfs b b && touch a/f b/f"
                + " && mkdir b/lower a/upper a/work"
                + " && mount -t overlay o -o lowerdir=b/lower,upperdir=a/upper,workdir=a/work o && touch o/f";
        List<String> inItsOwnMounts = List.of("unshare", "--mount", "sh", "-c");
        List<String> trial = new ArrayList<>(inItsOwnMounts);
        trial.addAll(List.of(
                mounts, Files.createDirectory(directory.resolve("trial")).toString()));
        ForeignProcess.skipUnless(status(trial, directory) == 0, "file systems can't be mounted here");

        List<String> command = new ArrayList<>(inItsOwnMounts);
        command.addAll(List.of(
                mounts + " && exec \"$@\"",
                Files.createDirectory(directory.resolve("real")).toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                LocksOnMounts.class.getName(),
                "a/f",
                "b/f",
                "o/f"));
        int status = status(command, directory);
        String output = Files.readString(directory.resolve("output"));
        assertThat(status).as(output).isZero();
        assertThat(output.lines())
                .containsExactly(
                        "same number true", "a/f locked: a/f 1, b/f 0, o/f 0", "o/f locked: a/f 0, b/f 0, o/f 1");
    }

    private static int status(List<String> command, Path directory) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start()
                    .waitFor();
        } catch (java.io.IOException e) {
            Files.writeString(directory.resolve("output"), e.toString(), StandardCharsets.UTF_8);
            return -1;
        }
    }
}
