package io.github.duckpool.examples.letters;

import io.github.duckpool.Sharing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process of the service: readers with questions, and desks that note who read what. */
final class Service {
    private static final int READERS = 8;
    static final int DESKS = 2;

    private Service() {}

    /** Arguments: the file. */
    public static void main(String[] args) throws InterruptedException {
        Shift shift = new Shift("service", Path.of(args[0]), 5, Sharing.cooperative());
        for (int i = 0; i < READERS; i++) {
            shift.add("reader-" + i, new Reader(shift.pool(), shift.tally(), shift::goesOn, i));
        }
        List<Desk> desks = new ArrayList<>();
        for (int i = 1; i <= DESKS; i++) {
            Desk desk = new Desk(shift.pool(), shift.tally(), shift::goesOn, i);
            desks.add(desk);
            shift.add("desk-" + i, desk);
        }
        shift.work((report, tally) -> report.progress(tally.figures().queries(), 0));
        shift.report().readings(desks.stream().map(Desk::acknowledged).toList());
    }
}
