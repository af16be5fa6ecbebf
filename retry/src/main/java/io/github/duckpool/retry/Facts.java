package io.github.duckpool.retry;

import io.github.duckpool.lock.DuckError;
import java.util.Locale;
import java.util.StringJoiner;

/** The wording of what messages and log lines tell. */
final class Facts {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private Facts() {}

    /** Who holds the file, as far as the error tells. */
    static String holder(DuckError error) {
        StringJoiner facts = new StringJoiner(", ", " (", ")").setEmptyValue("");
        error.holderPid().ifPresent(pid -> facts.add("PID " + pid));
        error.holderUser().ifPresent(user -> facts.add("user " + user));
        if (error.holderReadsOnly()) {
            facts.add("which only reads");
        }
        return "held by " + error.holderCommand().orElse("a process that is not visible from here") + facts;
    }

    static String duration(long nanos) {
        double millis = nanos / NANOS_PER_MILLI;
        if (nanos >= NANOS_PER_SECOND) {
            return String.format(Locale.ROOT, "%.1f s", nanos / NANOS_PER_SECOND);
        }
        return String.format(Locale.ROOT, millis >= 10 || nanos == 0 ? "%.0f ms" : "%.2f ms", millis);
    }

    static String attempts(int attempts) {
        return attempts == 1 ? "1 attempt" : attempts + " attempts";
    }
}
