package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The case this library comes from: a service and two document pipelines, three processes, share {@code letters.duckdb}. Starts
 * them, shows who has the file, stops them after some seconds, prints what each did, draws who had the file when, and compares
 * every acknowledged row with the file.
 */
public final class Letters {
    private static final int PIPELINES = 2;
    private static final long SHOW_MILLIS = 100;
    private static final long END_SECONDS = 60;

    private final Options options;
    private final Corpus corpus;
    private final Path file;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Worker> pipelines = new ArrayList<>();

    private Letters(Options options, Corpus corpus) throws IOException {
        this.options = options;
        this.corpus = corpus;
        this.file = options.freshFile();
    }

    /**
     * Runs the example.
     *
     * @param args {@code --seconds N} (default 10), {@code --directory PATH} (default {@code target/letters})
     * @throws Exception if the example could not be run; the exit status is 1 if a row was missing or an error got through
     */
    public static void main(String[] args) throws Exception {
        Letters letters = new Letters(Options.parse(args), Corpus.load());
        System.exit(letters.run() ? 0 : 1);
    }

    private boolean run() throws IOException, SQLException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> workers.forEach(Worker::kill), "kill what is left"));
        Python python = Python.find(makeArchive());
        System.out.printf(
                Locale.ROOT,
                "%,d letters to bring into %s, by processes that share it, for %d s%n",
                corpus.size(),
                file,
                options.seconds());
        start(python);
        awaitReady();
        long started = Report.nowMicros();
        boolean ended = work();
        List<Audit> audits = audit();
        return conclude(audits, ended, started);
    }

    /** Makes the tables; returns DuckDB's version. */
    private String makeArchive() throws SQLException {
        try (DuckPool pool = DuckPool.builder().database(file).build();
                Connection connection = pool.getConnection()) {
            Archive.create(connection);
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }

    private void start(Python python) throws IOException {
        workers.add(Worker.start("service", java(Service.class, file.toString())));
        pipelines.add(Worker.start("Java pipeline", java(Pipeline.class, file.toString(), "0", "" + PIPELINES)));
        if (python.canTakePart()) {
            System.out.println("the second pipeline is " + Python.SCRIPT.getFileName() + ", with " + python.finding());
            pipelines.add(Worker.start(
                    "Python pipeline",
                    List.of(
                            python.command(),
                            Python.SCRIPT.toString(),
                            file.toString(),
                            Corpus.archive().toString(),
                            "1",
                            "" + PIPELINES)));
        } else {
            System.out.println(
                    "!!! NO PYTHON takes part: " + python.finding() + "; \"pip install duckdb\" for a python3,"
                            + " or name one by DUCKPOOL_PYTHON. The second pipeline is Java, too.");
            pipelines.add(Worker.start("Java pipeline 2", java(Pipeline.class, file.toString(), "1", "" + PIPELINES)));
        }
        workers.addAll(pipelines);
    }

    private static List<String> java(Class<?> main, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** A JVM takes a second to start, and to read the letters: time runs from when all are there. */
    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        while (System.nanoTime() < deadline
                && workers.stream().anyMatch(worker -> worker.isAlive() && !worker.isReady())) {
            Thread.sleep(SHOW_MILLIS / 10);
        }
    }

    /** Shows how things stand until time is over; true if every process ended well. */
    private boolean work() throws InterruptedException {
        Progress progress = Progress.onStandardOutput();
        long started = System.nanoTime();
        long elapsedMillis = 0;
        while (elapsedMillis < options.seconds() * 1000L && workers.stream().allMatch(Worker::isAlive)) {
            progress.show(elapsedMillis, state(elapsedMillis));
            Thread.sleep(SHOW_MILLIS);
            elapsedMillis = (System.nanoTime() - started) / 1_000_000;
        }
        workers.forEach(Worker::stop);
        boolean ended = true;
        for (Worker worker : workers) {
            ended &= worker.ended(END_SECONDS);
        }
        progress.end();
        return ended;
    }

    /** Fits into a line of a small terminal. */
    private String state(long elapsedMillis) {
        String processes = workers.stream()
                .map(worker -> worker.lane().name().replace(" pipeline", "") + " "
                        + word(worker.lane().hold()))
                .collect(Collectors.joining("  "));
        return String.format(
                Locale.ROOT,
                "%4.1f s  %s  %,7d queries  %,6d letters",
                elapsedMillis / 1000.0,
                processes,
                workers.get(0).queries(),
                pipelines.stream().mapToInt(Worker::letters).sum());
    }

    private static String word(Hold hold) {
        return switch (hold) {
            case HOLDING -> "HAS IT";
            case WAITING -> "waits ";
            case IDLE -> "-     ";
        };
    }

    private List<Audit> audit() throws SQLException {
        List<Integer> letters = new ArrayList<>();
        for (int i = 0; i < PIPELINES; i++) {
            corpus.share(i, PIPELINES).stream()
                    .limit(pipelines.get(i).letters())
                    .map(Letter::id)
                    .forEach(letters::add);
        }
        try (DuckPool pool = DuckPool.builder().database(file).build();
                Connection connection = pool.getConnection()) {
            return Audit.of(connection, letters, workers.get(0).readings());
        }
    }

    private boolean conclude(List<Audit> audits, boolean ended, long startedMicros) throws IOException {
        List<Lane> lanes = workers.stream().map(Worker::lane).toList();
        Turns turns = Turns.of(lanes);
        Summary summary = new Summary(audits, ended);
        for (Worker worker : workers) {
            summary.process(
                    worker.lane().name() + " (" + worker.pid() + ")",
                    worker.lane().turns().size(),
                    worker.figures().orElse(Figures.NONE));
        }
        summary.turns(turns);
        System.out.println(summary);
        Path picture = options.directory().resolve("timeline.svg");
        long endedMicros = lanes.stream()
                .flatMap(lane -> lane.turns().stream())
                .mapToLong(Span::toMicros)
                .max()
                .orElse(Report.nowMicros());
        Files.writeString(picture, Timeline.svg(lanes, startedMicros, endedMicros, summary.caption()));
        System.out.println("who had the file when: " + picture.toAbsolutePath().normalize());
        return summary.passed();
    }
}
