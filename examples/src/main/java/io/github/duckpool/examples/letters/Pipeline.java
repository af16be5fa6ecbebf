package io.github.duckpool.examples.letters;

import io.github.duckpool.Sharing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The process of a document pipeline: brings its share of the letters in. It gives the file back after each batch or two. */
final class Pipeline {
    private static final Duration SLICE = Duration.ofMillis(30);

    private Pipeline() {}

    /** Arguments: the file, which share of the letters, of how many. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int share = Integer.parseInt(args[1]);
        int shares = Integer.parseInt(args[2]);
        Shift shift = new Shift(
                "pipeline-" + share, Path.of(args[0]), 2, Sharing.cooperative().withMinSlice(SLICE));
        Importer importer = new Importer(
                shift.pool(), shift.tally(), shift::goesOn, Corpus.load().share(share, shares));
        shift.add("importer", importer);
        shift.work((report, tally) -> report.progress(tally.figures().queries(), importer.acknowledged()));
        shift.report().letters(importer.acknowledged());
    }
}
