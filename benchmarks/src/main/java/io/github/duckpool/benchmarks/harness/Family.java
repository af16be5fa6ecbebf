package io.github.duckpool.benchmarks.harness;

import java.time.Duration;
import java.util.List;

/** A family of benchmarks: one question, asked of every contender under several settings. */
public interface Family {
    /**
     * What it is called on the command line and in file names.
     *
     * @return a word
     */
    String name();

    /**
     * What it asks and how, for the reader of the report.
     *
     * @return a sentence or two
     */
    String question();

    /**
     * What every turn measures.
     *
     * @return the metrics; the first is the one that charts show
     */
    List<Metric> metrics();

    /**
     * The contender that the others are compared with.
     *
     * @return its name
     */
    String reference();

    /**
     * The cases to go through. Turns must not cost anything before they are run.
     *
     * @param effort how much to measure
     * @return the cases, in the order of the tables
     */
    List<Case> cases(Effort effort);

    /**
     * How long all rounds together may take; rounds begin while there is time for one more, and there are at least three.
     *
     * @param effort how much to measure
     * @return the time
     */
    Duration budget(Effort effort);

    /**
     * What was promised of this family.
     *
     * @return the targets that a report checks
     */
    default List<Target> targets() {
        return List.of();
    }
}
