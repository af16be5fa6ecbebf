package io.github.duckpool.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The turns that the commands around this one have, innermost first, as the environment hands them down: {@code DUCKPOOL_TURNS} holds the
 * files' real paths, parted by colons, with a backslash before each colon and backslash in them. Immutable.
 *
 * <p>Two nests of commands that take turns on two files in opposite order wait for each other for ever. They can't if everybody takes them in
 * one order, so a wait against the order of the paths has to have an end.
 */
final class HeldTurns {
    /** Tells the command that it runs inside turns: the files' real paths. */
    static final String VARIABLE = "DUCKPOOL_TURNS";

    private final List<String> files;

    private HeldTurns(List<String> files) {
        this.files = List.copyOf(files);
    }

    /** Reads the variable; null if it is not set. */
    static HeldTurns parse(@Nullable String value) {
        List<String> files = new ArrayList<>();
        if (value == null || value.isEmpty()) {
            return new HeldTurns(files);
        }
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ':') {
                files.add(file.toString());
                file.setLength(0);
            } else {
                file.append(c == '\\' && i + 1 < value.length() ? value.charAt(++i) : c);
            }
        }
        files.add(file.toString());
        return new HeldTurns(files);
    }

    /** These and one more. */
    HeldTurns with(String file) {
        List<String> all = new ArrayList<>(List.of(file));
        all.addAll(files);
        return new HeldTurns(all);
    }

    /** Whether one of them is on this file, so that another would wait for it for ever. */
    boolean contain(String file) {
        return files.contains(file);
    }

    /** One of them on a file that comes behind this one in the order of the paths. */
    Optional<String> behind(String file) {
        return files.stream().filter(held -> held.compareTo(file) > 0).findFirst();
    }

    @Override
    public String toString() {
        StringBuilder value = new StringBuilder();
        for (String file : files) {
            value.append(value.length() == 0 ? "" : ":")
                    .append(file.replace("\\", "\\\\").replace(":", "\\:"));
        }
        return value.toString();
    }
}
