package io.github.duckpool.examples.letters;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a process tells the one that started it, a line each on its standard output; {@link Worker} reads it, and the Python
 * pipeline writes the same lines. Thread-safe.
 */
final class Report {
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** How it stands to the file from now on. */
    void hold(Hold hold) {
        say("hold " + hold + " " + nowMicros());
    }

    /** How far it is. */
    void progress(long queries, int letters) {
        say("progress " + queries + " " + letters);
    }

    /** What it did, at its end. */
    void figures(Figures figures) {
        say("figures " + figures.format());
    }

    /** How many of its letters were committed, at its end. */
    void letters(int acknowledged) {
        say("letters " + acknowledged);
    }

    /** How many readings each desk committed, at its end. */
    void readings(List<Integer> acknowledged) {
        say("readings " + acknowledged.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    private synchronized void say(String line) {
        out.println(line);
        out.flush();
    }
}
