package io.github.duckpool.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether the locks of a directory's file system do what DuckDB and the queue need of them: a lock keeps another process out, can
 * be taken after it was released, and is dropped when its process is killed. On a scratch file, with a second process.
 */
final class LockTrial {
    private static final Duration DROPPED_WITHIN = Duration.ofSeconds(10);

    private LockTrial() {}

    static void run(Path directory, Findings findings) throws InterruptedException {
        Path scratch =
                directory.resolve(".duckpool-check-" + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.deleteIfExists(scratch); // of a check with the same number that was killed
            try (LockProbe here = LockProbe.make(scratch)) {
                run(here, scratch, findings);
            } finally {
                Files.deleteIfExists(scratch);
            }
        } catch (AccessDeniedException e) {
            findings.warn("locks", "not tested: this user may not make the scratch file " + scratch);
        } catch (IOException e) {
            findings.problem(
                    "locks",
                    "the self-test failed: " + FailureText.of(e)
                            + "; if the file system has no locks, keep the database on a local disk");
        }
    }

    private static void run(LockProbe here, Path scratch, Findings findings) throws IOException, InterruptedException {
        String failure = null;
        try (var other = new Other(scratch)) {
            if (!here.tryLock().equals(LockProbe.GRANTED)) {
                failure = "nobody has a new file, and still it can't be locked";
            } else if (!other.ask(LockProbe.TRY).equals(LockProbe.REFUSED)) {
                failure = "two processes got the same lock at once: they would both write, and damage the database";
            } else {
                here.release();
                if (!other.ask(LockProbe.TRY).equals(LockProbe.GRANTED)) {
                    failure = "a lock that was released could not be taken by another process";
                } else if (!here.tryLock().equals(LockProbe.REFUSED)) {
                    failure = "a lock of another process was not seen here: both would write, and damage the database";
                } else {
                    other.kill();
                    failure = isGrantedSoon(here) ? null : "a killed process's lock was not dropped";
                }
            }
        }
        if (failure == null) {
            findings.ok("locks", "a second process was kept out, let in, and its lock dropped when it was killed");
        } else {
            findings.problem("locks", failure + "; keep the database on a local disk");
        }
    }

    private static boolean isGrantedSoon(LockProbe here) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + DROPPED_WITHIN.toNanos();
        while (!here.tryLock().equals(LockProbe.GRANTED)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }

    /** The second process. */
    private static final class Other implements AutoCloseable {
        private final Process process;
        private final BufferedReader answers;

        Other(Path scratch) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx32m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LockProbe.class.getName(),
                    scratch.toString()));
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            answers = process.inputReader(StandardCharsets.US_ASCII);
        }

        String ask(String order) throws IOException {
            process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the second process ended without an answer");
            }
            return answer;
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
