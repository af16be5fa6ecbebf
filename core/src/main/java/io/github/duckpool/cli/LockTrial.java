package io.github.duckpool.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the locks of a directory's file system do what DuckDB and the queue need of them: a lock keeps another process out, can
 * be taken after it was released, and is dropped when its process is killed. On a scratch file, with a second process.
 *
 * <p>A request for a lock does not return while a network file system's lock server is down, and nothing can break it off. So the trial has a
 * thread of its own, which is left behind then, and does not keep this program from ending. The second process is killed then: it would wait
 * for the server as well, for as long as that is down, with nobody to answer to.
 */
final class LockTrial {
    private static final Duration DROPPED_WITHIN = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * What came of it.
     *
     * @param level how good or bad
     * @param text in words
     * @param answered whether the file system has answered at all; if not, nothing else that needs a lock will return either
     */
    record Result(Findings.Level level, String text, boolean answered) {
        static Result of(Findings.Level level, String text) {
            return new Result(level, text, true);
        }
    }

    private LockTrial() {}

    /**
     * Tries it, and notes the outcome.
     *
     * @return whether the file system has answered
     */
    static boolean run(Path directory, Findings findings) throws InterruptedException {
        var second = new Second();
        Result result = within(PATIENCE, second, () -> of(directory, second));
        findings.add(result.level, "locks", result.text);
        return result.answered;
    }

    static Result within(Duration patience, Second second, Callable<Result> trial) throws InterruptedException {
        var task = new FutureTask<>(trial);
        Thread thread = new Thread(task, "duckpool-lock-trial");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            second.giveUp();
            return new Result(
                    Findings.Level.PROBLEM,
                    "no answer within " + Text.time(patience)
                            + ": the file system's lock server does not reply (on NFS: rpc.statd, lockd or the server itself);"
                            + " DuckDB would hang too. Mend it, or keep the database on a local disk",
                    false);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw new IllegalStateException("the self-test of locks failed", e.getCause());
        }
    }

    private static Result of(Path directory, Second second) throws InterruptedException {
        Path scratch =
                directory.resolve(".duckpool-check-" + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.deleteIfExists(scratch); // of a check with the same number that was killed
            try (LockProbe here = LockProbe.make(scratch)) {
                return of(here, scratch, second);
            } finally {
                Files.deleteIfExists(scratch);
            }
        } catch (AccessDeniedException e) {
            return Result.of(Findings.Level.WARNING, "not tested: this user may not make the scratch file " + scratch);
        } catch (FileSystemException e) {
            if (!isReadOnly(directory, e)) {
                return failed(e);
            }
            return Result.of(
                    Findings.Level.WARNING,
                    "not tested: the file system is read-only, so nobody can write the database; who reads it needs no turn");
        } catch (IOException e) {
            return failed(e);
        }
    }

    private static Result failed(IOException failure) {
        return Result.of(
                Findings.Level.PROBLEM,
                "the self-test failed: " + FailureText.of(failure)
                        + "; if the file system has no locks, keep the database on a local disk");
    }

    /** Java knows of a mount of its own; of another view of one that is writable elsewhere, as for containers, the error alone tells. */
    private static boolean isReadOnly(Path directory, FileSystemException failure) {
        try {
            return "Read-only file system".equals(failure.getReason())
                    || Files.getFileStore(directory).isReadOnly();
        } catch (IOException e) {
            return false;
        }
    }

    private static Result of(LockProbe here, Path scratch, Second second) throws IOException, InterruptedException {
        String failure = null;
        try (var other = new Other(second.start(LockProbe.class, scratch.toString()))) {
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
        return failure == null
                ? Result.of(
                        Findings.Level.OK,
                        "a second process was kept out, let in, and its lock dropped when it was killed")
                : Result.of(Findings.Level.PROBLEM, failure + "; keep the database on a local disk");
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

    /** The one process that a trial may start, and that does not outlive it. Thread-safe. */
    static final class Second {
        private @Nullable Process process;
        private boolean givenUp;

        /**
         * Starts it.
         *
         * @throws IOException if it can't be started, or the trial was given up before: then nobody would end it
         */
        synchronized Process start(Class<?> main, String argument) throws IOException {
            if (givenUp) {
                throw new IOException("the self-test was given up");
            }
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx32m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            main.getName(),
                            argument)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process;
        }

        /** Kills it, if it was started, and has none started from now on. */
        synchronized void giveUp() {
            givenUp = true;
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    /** What is asked of the second process. */
    private static final class Other implements AutoCloseable {
        private final Process process;
        private final BufferedReader answers;

        Other(Process process) {
            this.process = process;
            this.answers = process.inputReader(StandardCharsets.US_ASCII);
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
