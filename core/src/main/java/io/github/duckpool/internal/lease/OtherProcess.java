package io.github.duckpool.internal.lease;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What to call another process in a message: its number, program, user, and since when it runs. */
final class OtherProcess {
    private OtherProcess() {}

    /**
     * Names a process that is probably still there.
     *
     * @param pid its number; 0 if it can't be seen from here
     * @param command its program, if that is known better than the operating system tells
     * @param user its user, likewise
     */
    static String name(long pid, Optional<String> command, Optional<String> user) {
        if (pid == 0) {
            return "a process that can't be seen from here (in another container, or on another host)"
                    + command.map(its -> " (" + its + ")").orElse("")
                    + user.map(its -> " of user " + its).orElse("");
        }
        Optional<ProcessHandle.Info> info = ProcessHandle.of(pid).map(ProcessHandle::info);
        var text = new StringBuilder("PID ").append(pid);
        command.or(() -> info.flatMap(ProcessHandle.Info::command))
                .ifPresent(its -> text.append(" (").append(its).append(')'));
        user.or(() -> info.flatMap(ProcessHandle.Info::user))
                .ifPresent(its -> text.append(" of user ").append(its));
        return text.toString();
    }

    /** Since when a process runs, for a sentence; empty if that is not known. */
    static String since(long pid, Instant now) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().startInstant())
                .map(start -> since(start, now, ZoneId.systemDefault()))
                .orElse("");
    }

    static String since(Instant start, Instant now, ZoneId zone) {
        String time = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                start.truncatedTo(ChronoUnit.SECONDS).atZone(zone));
        Duration age = Duration.between(start, now);
        return ", running since " + time + (age.isNegative() ? "" : " (" + age(age.toSeconds()) + ")");
    }

    private static String age(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 86400
                ? seconds / 3600 + " h " + seconds % 3600 / 60 + " min"
                : seconds / 86400 + " d " + seconds % 86400 / 3600 + " h";
    }
}
