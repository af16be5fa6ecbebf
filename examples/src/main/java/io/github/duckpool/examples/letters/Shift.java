package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import io.github.duckpool.retry.LockRetry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The work of one process: a pool on the file, threads that use it, and a report on them, until standard input ends, which is
 * when the process that started it says so or is gone.
 */
final class Shift {
    private static final long REPORT_MILLIS = 100;

    private final Report report = new Report(System.out);
    private final Tally tally = new Tally();
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final TurnWatch watch = new TurnWatch(report, tally);
    private final DuckPool pool;

    Shift(String name, Path file, int maxSize, Sharing sharing) {
        pool = DuckPool.builder()
                .poolName(name)
                .dataSource(new WatchedSource(file, watch))
                .database(file)
                .maxSize(maxSize)
                .sharing(sharing)
                .retry(new CountedRetry(LockRetry.ofDefaults(), tally))
                .build();
    }

    DuckPool pool() {
        return pool;
    }

    Tally tally() {
        return tally;
    }

    Report report() {
        return report;
    }

    boolean goesOn() {
        return over.getCount() > 0;
    }

    void add(String name, Runnable work) {
        threads.add(new Thread(work, name));
    }

    /** What the report says about progress. */
    interface Progress {
        void tell(Report report, Tally tally);
    }

    /** Works until standard input ends, closes the pool, and reports what was done. */
    void work(Progress progress) throws InterruptedException {
        Thread end = new Thread(this::awaitEnd, "end of standard input");
        end.setDaemon(true);
        end.start();
        threads.forEach(Thread::start);
        watch.start();
        while (!over.await(REPORT_MILLIS, TimeUnit.MILLISECONDS)) {
            progress.tell(report, tally);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        pool.close();
        watch.stop();
        progress.tell(report, tally);
        report.figures(tally.figures());
        SQLException error = tally.firstError();
        if (error != null) {
            error.printStackTrace();
        }
    }

    private void awaitEnd() {
        try {
            while (System.in.read() >= 0) {
                // whatever is said means nothing
            }
        } catch (IOException e) {
            // ends as well
        }
        over.countDown();
    }
}
