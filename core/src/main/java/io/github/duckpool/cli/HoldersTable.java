package io.github.duckpool.cli;

import io.github.duckpool.lock.LockHolder;
import io.github.duckpool.lock.LockHolders;
import io.github.duckpool.lock.QueuePlace;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Who has a file, for people: one line for each process, then what to do about it, in lines that fit. */
final class HoldersTable {
    private static final String INDENT = "  ";

    private final LockHolders seen;
    private final int width;
    private final List<String> lines = new ArrayList<>();

    private HoldersTable(LockHolders seen, int width) {
        this.seen = seen;
        this.width = width;
    }

    static List<String> of(LockHolders seen, int width) {
        return new HoldersTable(seen, width).lines();
    }

    /** Those who have the file, then those who only wait for it. */
    static List<LockHolder> processes(LockHolders seen) {
        List<LockHolder> all = new ArrayList<>(seen.holders());
        for (LockHolder member : seen.queue()) {
            if (member.pid() == 0 || seen.holders().stream().noneMatch(holder -> holder.pid() == member.pid())) {
                all.add(member);
            }
        }
        return all;
    }

    private List<String> lines() {
        String file = Text.line(seen.file().toString());
        if (!seen.exists()) {
            file += " (not there any more, or not yet)";
        }
        String nobody = seen.isConclusive() ? ": nobody has it" : ": it can't be told who has it";
        lines.add(file + (Holding.isHeld(seen) ? ":" : nobody));
        List<LockHolder> processes = processes(seen);
        if (!processes.isEmpty()) {
            rows(processes);
            advice(processes);
        }
        for (String note : seen.notes()) {
            lines.add("");
            lines.addAll(Text.wrap("Note: " + note, width));
        }
        return lines;
    }

    private void rows(List<LockHolder> processes) {
        lines.add("");
        lines.add(String.format(
                INDENT + "%7s  %-5s  %-9s  %-8s  %-8s  %s", "PID", "LOCK", "TURN", "USER", "AGE", "PROGRAM"));
        for (LockHolder holder : processes) {
            String row = String.format(
                    INDENT + "%7s  %-5s  %-9s  %s  %-8s  ",
                    holder.pid() == 0 ? "?" : Long.toString(holder.pid()),
                    lock(holder),
                    holder.queuePlace().map(HoldersTable::turn).orElse("-"),
                    Columns.padded(Text.cut(Text.line(holder.user().orElse("?")), 8), 8),
                    holder.age().map(Text::time).orElse("?"));
            lines.add(row + program(holder, Math.max(10, width - Columns.of(row))));
        }
    }

    private static String lock(LockHolder holder) {
        if (holder.isOfDeletedFile()) {
            return "gone";
        }
        return switch (holder.mode()) {
            case WRITE, READ -> holder.mode().name().toLowerCase(Locale.ROOT);
            case NONE -> holder.descriptors().isEmpty() ? "-" : "none";
        };
    }

    private static String turn(QueuePlace place) {
        if (place.turn()) {
            return place.exclusive() ? "exclusive" : "shared";
        }
        return place.ahead() + " ahead";
    }

    /** The whole command if it fits, else what the program is called: the command follows below. */
    private static String program(LockHolder holder, int width) {
        String command = Text.command(holder.commandLine());
        String program = holder.program().isEmpty() ? "(can't be seen from here)" : Text.line(holder.program());
        return Text.cut(command.isEmpty() || Columns.of(command) > width ? program : command, width);
    }

    /** The same advice for several processes is given once. */
    private void advice(List<LockHolder> processes) {
        Set<String> given = new LinkedHashSet<>();
        for (LockHolder holder : processes) {
            lines.add("");
            lines.add(Text.cut(
                    (holder.pid() == 0 ? "?" : "PID " + holder.pid())
                            + (holder.commandLine().isEmpty() ? "" : ": " + Text.command(holder.commandLine())),
                    width));
            if (given.add(holder.advice())) {
                lines.addAll(Text.wrap(holder.advice(), width));
            }
        }
    }
}
