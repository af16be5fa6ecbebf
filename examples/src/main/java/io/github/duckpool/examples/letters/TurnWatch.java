package io.github.duckpool.examples.letters;

import java.util.concurrent.TimeUnit;

/** Reports when this process gets the file, gives it back, and waits for it. Thread-safe. */
final class TurnWatch {
    private static final long LOOK_MILLIS = 2;

    private final Report report;
    private final Tally tally;
    private Hold hold = Hold.IDLE;
    private volatile boolean stopped;

    TurnWatch(Report report, Tally tally) {
        this.report = report;
        this.tally = tally;
    }

    synchronized void opened() {
        change(Hold.HOLDING);
    }

    synchronized void closed() {
        change(tally.asking() > 0 && !stopped ? Hold.WAITING : Hold.IDLE);
    }

    /** Nothing tells when somebody begins to wait: looks every two milliseconds. */
    void start() {
        Thread look = new Thread(this::look, "turn watch");
        look.setDaemon(true);
        look.start();
    }

    void stop() {
        stopped = true;
    }

    private void look() {
        try {
            while (!stopped) {
                synchronized (this) {
                    if (hold == Hold.IDLE && tally.asking() > 0) {
                        change(Hold.WAITING);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(Hold next) {
        if (next != hold) {
            hold = next;
            report.hold(next);
        }
    }
}
