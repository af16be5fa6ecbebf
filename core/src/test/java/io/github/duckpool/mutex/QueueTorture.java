package io.github.duckpool.mutex;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Torments processes that take turns: kills them, stops and continues them, replaces the dead, and reads what they wrote down. All
 * of it beside one file in one directory.
 */
final class QueueTorture {
    private static final Path PYTHON_CLIENT =
            Path.of("..", "examples", "python").toAbsolutePath();
    private static final Path PYTHON_WORKER =
            Path.of("src", "test", "python", "queue_worker.py").toAbsolutePath();

    private final Path directory;
    private final SplittableRandom random;
    private final List<Worker> workers = new ArrayList<>();
    private int seeds;
    int kills;
    int stops;

    private record Worker(Process process, boolean python) {}

    QueueTorture(Path directory, long seed) {
        this.directory = directory;
        this.random = new SplittableRandom(seed);
    }

    void start(boolean python, String... more) throws IOException {
        var command = new ArrayList<>(python ? pythonCommand() : javaCommand(QueueWorker.class));
        command.add(directory.toString());
        command.add(Integer.toString(++seeds));
        command.addAll(List.of(more));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output-" + seeds).toFile());
        builder.environment().put("PYTHONPATH", PYTHON_CLIENT.toString());
        workers.add(new Worker(builder.start(), python));
    }

    /** Makes trouble until the time is over; each trouble hits a process chosen at random. */
    void torment(Duration time, Duration betweenTroubles) throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < endNanos) {
            TimeUnit.NANOSECONDS.sleep(random.nextLong(2 * betweenTroubles.toNanos()));
            int victim = random.nextInt(workers.size());
            Worker worker = workers.get(victim);
            if (!worker.process.isAlive()) {
                throw new AssertionError(ended(worker));
            }
            Path log = directory.resolve(worker.process.pid() + ".log");
            if (!Files.exists(log) || Files.size(log) == 0) {
                continue; // on a loaded machine nobody would live long enough to take a turn
            }
            if (random.nextInt(3) == 0) {
                signal(worker.process, "STOP");
                TimeUnit.MILLISECONDS.sleep(random.nextLong(30));
                signal(worker.process, "CONT");
                stops++;
            } else if (worker.python || random.nextInt(4) == 0) { // a JVM is dear to start
                worker.process.destroyForcibly().waitFor();
                workers.remove(victim);
                start(worker.python);
                kills++;
            }
        }
    }

    void awaitTurns(int number) throws IOException, InterruptedException {
        while (turns().size() < number) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Waits until each process that was ever started has had so many turns; for those that nobody kills. */
    void awaitTurnsOfEach(int number) throws IOException, InterruptedException {
        for (int seed = 1; seed <= seeds; seed++) {
            String its = seed + ":";
            while (turns().stream().filter(turn -> turn.name().startsWith(its)).count() < number) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /** Lets everybody finish, and fails if somebody doesn't or reports an error. */
    void finish() throws IOException, InterruptedException {
        Files.createFile(directory.resolve("stop"));
        for (Worker worker : workers) {
            if (!worker.process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("hangs: " + worker + "\n" + outputs());
            }
            if (worker.process.exitValue() != 0) {
                throw new AssertionError("ended with " + worker.process.exitValue() + ": " + worker + "\n" + outputs());
            }
        }
    }

    private String ended(Worker worker) throws IOException {
        return "ended with " + worker.process.exitValue() + ": " + worker + "\n" + outputs();
    }

    void killAll() throws InterruptedException {
        for (Worker worker : workers) {
            worker.process.destroyForcibly().waitFor();
        }
    }

    List<TurnLog.Turn> turns() throws IOException {
        return TurnLog.read(directory);
    }

    long counter() throws IOException {
        try (var file = new RandomAccessFile(directory.resolve("counter").toFile(), "r")) {
            return file.readLong();
        }
    }

    static boolean pythonIsHere() {
        try {
            return new ProcessBuilder(python(), "-c", "import fcntl").start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    static List<String> javaCommand(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                location(FileMutex.class) + System.getProperty("path.separator") + location(QueueWorker.class),
                main.getName());
    }

    private static List<String> pythonCommand() {
        return List.of(python(), PYTHON_WORKER.toString());
    }

    private static String python() {
        return System.getenv().getOrDefault("DUCKPOOL_PYTHON", "python3");
    }

    private static Path location(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (java.net.URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static void signal(Process process, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private String outputs() throws IOException {
        var all = new StringBuilder();
        try (var files = Files.newDirectoryStream(directory, "output-*")) {
            for (Path file : files) {
                if (Files.size(file) > 0) {
                    all.append(file.getFileName()).append(":\n").append(Files.readString(file));
                }
            }
        }
        return all.toString();
    }
}
