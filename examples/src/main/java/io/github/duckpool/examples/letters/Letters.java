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
import java.util.function.BooleanSupplier;

/**
 * The case this library comes from: a service whose readers and writers share {@code letters.duckdb} with a document pipeline.
 * Runs for some seconds, then prints what each did and compares every acknowledged row with the file.
 */
public final class Letters {
    private static final int READERS = 8;
    private static final int DESKS = 2;
    private static final int IMPORTERS = 2;
    private static final long SHOW_MILLIS = 100;

    private final Options options;
    private final Corpus corpus;
    private final Tally service = new Tally();
    private final Tally pipeline = new Tally();
    private final List<Desk> desks = new ArrayList<>();
    private final List<Importer> importers = new ArrayList<>();
    private final List<List<Letter>> shares = new ArrayList<>();

    private Letters(Options options, Corpus corpus) {
        this.options = options;
        this.corpus = corpus;
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
        Path file = options.freshFile();
        System.out.printf(
                Locale.ROOT, "%,d letters to bring into %s, for %d s%n", corpus.size(), file, options.seconds());
        try (DuckPool pool = DuckPool.builder().database(file).maxSize(5).build()) {
            try (Connection connection = pool.getConnection()) {
                Archive.create(connection);
            }
            work(pool);
        }
        List<Audit> audits;
        try (DuckPool pool = DuckPool.builder().database(file).build();
                Connection connection = pool.getConnection()) {
            audits = Audit.of(
                    connection,
                    committed(),
                    desks.stream().map(Desk::acknowledged).toList());
        }
        System.out.printf(Locale.ROOT, "%,d bytes in %s%n%n", Files.size(file), file.getFileName());
        Summary summary = new Summary(audits);
        summary.process("service", service.figures());
        summary.process("pipeline", pipeline.figures());
        System.out.println(summary);
        return summary.passed();
    }

    private void work(DuckPool pool) throws InterruptedException {
        long started = System.nanoTime();
        BooleanSupplier goOn = () -> System.nanoTime() - started < options.seconds() * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            threads.add(new Thread(new Reader(pool, service, goOn, i), "reader-" + i));
        }
        Writes readings = new Writes(service);
        for (int i = 1; i <= DESKS; i++) {
            desks.add(new Desk(pool, readings, goOn, i));
            threads.add(new Thread(desks.get(i - 1), "desk-" + i));
        }
        Writes imports = new Writes(pipeline);
        for (int i = 0; i < IMPORTERS; i++) {
            shares.add(corpus.share(i, IMPORTERS));
            importers.add(new Importer(pool, imports, goOn, shares.get(i)));
            threads.add(new Thread(importers.get(i), "importer-" + i));
        }
        threads.forEach(Thread::start);
        Progress progress = Progress.onStandardOutput();
        while (goOn.getAsBoolean()) {
            progress.show((System.nanoTime() - started) / 1_000_000, state(System.nanoTime() - started));
            Thread.sleep(SHOW_MILLIS);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        progress.end();
    }

    private String state(long elapsedNanos) {
        return String.format(
                Locale.ROOT,
                "%4.1f s  %,9d queries  %,6d letters  %,6d readings",
                elapsedNanos / 1e9,
                service.figures().queries(),
                importers.stream().mapToInt(Importer::acknowledged).sum(),
                desks.stream().mapToInt(Desk::acknowledged).sum());
    }

    private List<Integer> committed() {
        List<Integer> committed = new ArrayList<>();
        for (int i = 0; i < importers.size(); i++) {
            shares.get(i).stream()
                    .limit(importers.get(i).acknowledged())
                    .map(Letter::id)
                    .forEach(committed::add);
        }
        return committed;
    }
}
