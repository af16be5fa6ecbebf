package io.github.duckpool.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How facts read in a terminal. File names and command lines are strangers' text: what would move the cursor, start a line or
 * turn the direction of reading is written as an escape.
 */
final class Text {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Text() {}

    /** The text on one line, with Java's escapes for everything that is not plainly shown. */
    static String line(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (isShown(c)) {
                        line.appendCodePoint(c);
                    } else {
                        for (char half : Character.toChars(c)) {
                            line.append(String.format("\\u%04x", (int) half));
                        }
                    }
                }
            }
        });
        return line.toString();
    }

    private static boolean isShown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** A command as one would type it: words with anything special in them are quoted for a POSIX shell. */
    static String command(List<String> words) {
        return words.stream().map(Text::quoted).map(Text::line).collect(Collectors.joining(" "));
    }

    private static String quoted(String word) {
        return word.matches("[\\p{L}\\p{N}_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** The text if it fits into so many columns, else its beginning and an ellipsis. */
    static String cut(String text, int width) {
        return Columns.of(text) <= width ? text : text.substring(0, Columns.fitting(text, width - 1)) + "…";
    }

    /** The text if it fits into so many columns, else an ellipsis and its end. */
    static String cutBefore(String text, int width) {
        return Columns.of(text) <= width ? text : "…" + text.substring(Columns.fittingEnd(text, width - 1));
    }

    /** Breaks a text at blanks into lines that fit; a longer word, such as a path, stands alone, for to break it would break copying it. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int used = 0;
        for (String word : line(text).split(" ", -1)) {
            int columns = Columns.of(word);
            if (!line.isEmpty() && used + 1 + columns > width) {
                lines.add(line.toString());
                line.setLength(0);
                used = 0;
            }
            used += (line.isEmpty() ? 0 : 1) + columns;
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** A size as people read it: {@code 256.0 KiB}. */
    static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
    }

    /** A time by its two largest units: {@code 3h 12m}. */
    static String time(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1fs", time.toMillis() / 1000.0);
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        if (seconds < 86400) {
            return seconds / 3600 + "h " + seconds % 3600 / 60 + "m";
        }
        return seconds / 86400 + "d " + seconds % 86400 / 3600 + "h";
    }
}
