package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.internal.files.SharedFileSystem;
import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.Termination.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes of other users, and in other PID namespaces. Only root can make such; elsewhere these tests are skipped, and say so. */
@EnabledOnOs(OS.LINUX)
class OtherUsersTest {
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    /** Root as containers have it: it may list the numbers of all descriptors, and follow none of another user's. */
    private static final List<String> WITHOUT_PTRACE =
            List.of("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace");

    private static final List<String> IN_A_CONTAINER =
            List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");
    private static final List<String> WITH_THE_HOSTS_PROC = List.of("unshare", "--pid", "--fork", "--kill-child");

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        // Tests' temporary directories are their user's alone.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        file = Files.createFile(directory.resolve("letters.duckdb"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    private static void skipUnlessItWorks(List<String> prefix) throws Exception {
        boolean works;
        try {
            List<String> command = new ArrayList<>(prefix);
            command.add("true");
            works = new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            works = false;
        }
        ForeignProcess.skipUnless(works, String.join(" ", prefix) + " is not permitted here, or not installed");
    }

    /** Runs the looker to its end, with classes that any user may read. */
    private List<String> look(List<String> prefix, String... more) throws Exception {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(lookerCommand(more));
        Path output = directory.resolve("looker.out");
        Process looker = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int status = looker.waitFor();
        List<String> lines = Files.readAllLines(output);
        assertThat(status).as(lines.toString()).isZero();
        assertThat(lines).last().isEqualTo("end");
        return lines;
    }

    private List<String> lookerCommand(String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                readableClasses().toString(),
                Looker.class.getName(),
                file.toString()));
        command.addAll(List.of(more));
        return command;
    }

    private Path readableClasses() throws Exception {
        Path classes = directory.resolve("classes");
        if (Files.exists(classes)) {
            return classes;
        }
        for (Class<?> type : List.of(LockHolders.class, SharedFileSystem.class, Looker.class)) {
            Path its = Path.of(type.getPackageName().replace('.', '/'));
            Path from = Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve(its);
            Path to = Files.createDirectories(classes.resolve(its));
            try (var files = Files.newDirectoryStream(from, "*.class")) {
                for (Path each : files) {
                    Files.copy(each, to.resolve(each.getFileName()));
                }
            }
        }
        int status = new ProcessBuilder("chmod", "-R", "a+rX", classes.toString())
                .start()
                .waitFor();
        assertThat(status).isZero();
        return classes;
    }

    private static List<String> holder(List<String> prefix, Path file) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("sh", "-c", "exec 3<>\"$1\"; echo ready; read line", "sh", file.toString()));
        return command;
    }

    /** The lock is seen, the descriptor not, and no signal is tried. */
    @Test
    void withoutPermissionTheLockIsSeenAndNobodyIsEnded() throws Exception {
        skipUnlessItWorks(AS_NOBODY);
        try (ForeignProcess python = ForeignProcess.duckdb(directory.resolve("held.duckdb"), false)) {
            file = directory.resolve("held.duckdb");
            List<String> seen = look(AS_NOBODY, "terminate");
            assertThat(seen).contains("source PROC hidden some", "killed REFUSED");
            assertThat(seen).contains("holder " + python.pid() + " WRITE readable false elsewhere false");
            assertThat(seen)
                    .anyMatch(line -> line.startsWith("asked REFUSED") && line.contains("belongs to user root"))
                    .anyMatch(line -> line.startsWith("objection it belongs to user root"))
                    .anyMatch(line -> line.startsWith("note The open files of "));
            assertThat(python.process().isAlive()).isTrue();
        }
    }

    @Test
    void withoutPermissionAMereDescriptorIsNotSeenAndThatIsSaid() throws Exception {
        skipUnlessItWorks(AS_NOBODY);
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            List<String> seen = look(AS_NOBODY);
            assertThat(seen).noneMatch(line -> line.startsWith("holder"));
            assertThat(seen).contains("source PROC hidden some");
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    @Test
    void rootWithoutTheRightToFollowDescriptorsSeesTheLockAndMayEndItsOwner() throws Exception {
        skipUnlessItWorks(WITHOUT_PTRACE);
        try (ForeignProcess python = ForeignProcess.duckdb(directory.resolve("held.duckdb"), false)) {
            file = directory.resolve("held.duckdb");
            List<String> seen = look(WITHOUT_PTRACE, "terminate");
            assertThat(seen)
                    .contains("source PROC hidden some", "objection none", "killed ALREADY_GONE")
                    .contains("holder " + python.pid() + " WRITE readable false elsewhere false")
                    .anyMatch(line -> line.startsWith("asked ENDED"))
                    .anyMatch(line -> line.startsWith("note The open files of "));
            assertThat(python.process().waitFor()).isNotZero();
        }
    }

    @Test
    void rootWithoutThatRightSeesNoMereDescriptorAndThatIsSaid() throws Exception {
        skipUnlessItWorks(WITHOUT_PTRACE);
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            List<String> seen = look(WITHOUT_PTRACE);
            assertThat(seen).noneMatch(line -> line.startsWith("holder"));
            assertThat(seen).contains("source PROC hidden some");
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    @Test
    void rootSeesAndMayEndAnotherUsersProcess() throws Exception {
        skipUnlessItWorks(AS_NOBODY);
        try (ForeignProcess shell = ForeignProcess.start(holder(AS_NOBODY, file))) {
            LockHolders holders = LockHolders.of(file);
            assertThat(holders.holders()).extracting(LockHolder::pid).containsExactly(shell.pid());
            LockHolder holder = holders.holders().get(0);
            assertThat(holder.user()).isPresent().isNotEqualTo(LockHoldersTest.ownUser());
            assertThat(holder.terminate(Duration.ofMinutes(2)).outcome()).isEqualTo(Outcome.ENDED);
        }
    }

    @Test
    void processInAContainerIsSeenAndLeftAlone() throws Exception {
        skipUnlessItWorks(IN_A_CONTAINER);
        try (ForeignProcess unshare = ForeignProcess.start(holder(IN_A_CONTAINER, file))) {
            List<LockHolder> holders = LockHolders.of(file).holders();
            assertThat(holders).hasSize(1);
            LockHolder holder = holders.get(0);
            assertThat(holder.pid()).isNotEqualTo(unshare.pid());
            assertThat(holder.isInOtherNamespace()).isTrue();
            assertThat(holder.mode()).isEqualTo(Mode.NONE);
            assertThat(holder.terminate(Duration.ofMinutes(2)).outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(holder.terminateForcibly().detail()).contains("another PID namespace");
            assertThat(unshare.process().isAlive()).isTrue();
            assertThat(LockHolders.of(file).isFree()).isFalse();
        }
    }

    @Test
    void fromAContainerTheOutsideIsNotSeenAndThatIsSaid() throws Exception {
        skipUnlessItWorks(IN_A_CONTAINER);
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            List<String> seen = look(IN_A_CONTAINER, "terminate");
            assertThat(seen).noneMatch(line -> line.startsWith("holder"));
            assertThat(seen).anyMatch(line -> line.startsWith("note This process runs in a PID namespace of its own"));
            assertThat(shell.process().isAlive()).isTrue();
        }
    }

    @Test
    void withinOneContainerProcessesAreEnded() throws Exception {
        skipUnlessItWorks(IN_A_CONTAINER);
        List<String> script =
                new ArrayList<>(List.of("sh", "-c", "exec 3<>\"$0\"; sleep 1000 & exec 3>&-; \"$@\"", file.toString()));
        script.addAll(lookerCommand("terminate"));
        script.addAll(0, IN_A_CONTAINER);
        Process shell = new ProcessBuilder(script).redirectErrorStream(true).start();
        String output = new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(output).isZero();
        assertThat(output).contains("objection none", "asked ENDED", "killed ALREADY_GONE");
    }

    /** The numbers in such a /proc belong to other processes here: the signal would hit anybody. */
    @Test
    void withTheProcOfAnotherNamespaceNobodyIsEnded() throws Exception {
        skipUnlessItWorks(WITH_THE_HOSTS_PROC);
        try (ForeignProcess shell = ForeignProcess.shell(file)) {
            List<String> seen = look(WITH_THE_HOSTS_PROC, "terminate");
            assertThat(seen).contains("holder " + shell.pid() + " NONE readable true elsewhere true", "killed REFUSED");
            assertThat(seen)
                    .anyMatch(line -> line.startsWith("asked REFUSED"))
                    .anyMatch(line -> line.startsWith("note /proc shows the processes of another PID namespace"));
            assertThat(shell.process().isAlive()).isTrue();
        }
    }
}
