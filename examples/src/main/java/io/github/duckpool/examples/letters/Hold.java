package io.github.duckpool.examples.letters;

/** How a process stands to the file. */
enum Hold {
    /** Does not want it. */
    IDLE,
    /** Somebody in the process waits for it. */
    WAITING,
    /** Has it. */
    HOLDING
}
