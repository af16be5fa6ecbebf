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
     * What turns measure: each one or more of these, all turns of a group the same.
     *
     * @return the metrics; the first that a group has is the one that its chart shows
     */
    List<Metric> metrics();

    /**
     * The contender that the others are compared with.
     *
     * @return its name
     */
    String reference();

    /**
     * The contenders that are this project's; the others are those that they are measured against.
     *
     * @return their names
     */
    default List<String> own() {
        return List.of(reference());
    }

    /**
     * The cases to go through. Turns must not cost anything before they are run.
     *
     * @param effort how much to measure
     * @return the cases, in the order of the tables
     */
    List<Case> cases(Effort effort);

    /**
     * How long all rounds together may take; rounds begin while there is time for one more, and there are at least
     * {@link #leastRounds}.
     *
     * @param effort how much to measure
     * @return the time
     */
    Duration budget(Effort effort);

    /**
     * How many rounds are made even if they take longer than the budget.
     *
     * @param effort how much to measure
     * @return three, for a median and a spread, unless one round says all; one for a trial, and for a quick run, which measures
     *     more of what looks worse than before
     */
    default int leastRounds(Effort effort) {
        return effort == Effort.QUICK || effort == Effort.TRIAL ? 1 : 3;
    }

    /**
     * Whether the project's README shows the first chart of this family.
     *
     * @return true for what most readers look for
     */
    default boolean isHeadline() {
        return false;
    }

    /**
     * What was promised of this family.
     *
     * @return the targets that a report checks
     */
    default List<Target> targets() {
        return List.of();
    }
}
