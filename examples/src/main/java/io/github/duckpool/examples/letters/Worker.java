package io.github.duckpool.examples.letters;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One of the processes, and what it reports. Thread-safe. */
final class Worker {
    private final Process process;
    private final Lane lane;
    private final Thread reader;
    private volatile boolean ready;
    private volatile long queries;
    private volatile int letters;
    private volatile List<Integer> readings = List.of();
    private volatile @Nullable Figures figures;

    private Worker(String name, Process process) {
        this.process = process;
        this.lane = new Lane(name, Report.nowMicros());
        this.reader = new Thread(this::readReport, "report of " + name);
        reader.setDaemon(true);
    }

    static Worker start(String name, List<String> command) throws IOException {
        Worker worker = new Worker(
                name,
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
        worker.reader.start();
        return worker;
    }

    private void readReport() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                read(line);
            }
        } catch (IOException e) {
            System.err.println("no more reports of " + lane.name() + ": " + e);
        }
        lane.change(Hold.IDLE, Report.nowMicros());
    }

    private void read(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "hold" -> lane.change(Hold.valueOf(words[1]), Long.parseLong(words[2]));
            case "progress" -> {
                ready = true;
                queries = Long.parseLong(words[1]);
                letters = Integer.parseInt(words[2]);
            }
            case "figures" -> figures = Figures.parse(line.substring("figures ".length()));
            case "letters" -> letters = Integer.parseInt(words[1]);
            case "readings" ->
                readings = Arrays.stream(words).skip(1).map(Integer::valueOf).toList();
            default -> System.err.println(lane.name() + ": " + line);
        }
    }

    /** Tells the process to end, by closing its standard input. */
    void stop() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            System.err.println(lane.name() + " could not be told to end: " + e);
        }
    }

    /** Waits until the process has ended, and kills it when that takes too long; true if it ended well. */
    boolean ended(long seconds) throws InterruptedException {
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
            System.err.println(lane.name() + " did not end within " + seconds + " s and is killed");
            kill();
        }
        reader.join();
        return ended && process.exitValue() == 0;
    }

    void kill() {
        process.destroyForcibly();
    }

    /** Whether it has begun to work. */
    boolean isReady() {
        return ready;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Lane lane() {
        return lane;
    }

    long pid() {
        return process.pid();
    }

    long queries() {
        return queries;
    }

    /** How many of its letters are committed. */
    int letters() {
        return letters;
    }

    /** How many readings each desk committed; once it has ended. */
    List<Integer> readings() {
        return new ArrayList<>(readings);
    }

    /** What it did; once it has ended well. */
    Optional<Figures> figures() {
        return Optional.ofNullable(figures);
    }
}
