package io.github.duckpool.lock;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a lock error says about the file and its holder. Paths and names may hold anything, quotes and newlines too, so each
 * ends where the last known text behind it begins.
 */
record LockText(
        @Nullable String file,
        OptionalLong pid,
        @Nullable String command,
        @Nullable String user,
        boolean readsOnly) {
    static final LockText NONE = new LockText(null, OptionalLong.empty(), null, null, false);

    private static final String READ_ONLY = ". However, you would be able to open this database in read-only mode";
    private static final String CLOSE_FAILED = ". Also, failed closing file";
    private static final String SEE_ALSO = ". See also https://";

    private static final Pattern FILE =
            Pattern.compile("IO Error: (?:Could not set lock on|Cannot open) file \"(.*)\": .*", Pattern.DOTALL);

    private static final Pattern POSIX_HOLDER = Pattern.compile(
            "(.*)\": Conflicting lock is held in (?:(.*) \\(PID (\\d{1,18})\\)|PID (\\d{1,18}))(?: by user (.*))?",
            Pattern.DOTALL);

    private static final Pattern WINDOWS_HOLDER = Pattern.compile(
            "(.*)\": .*File is already open in \\s*([^\\r\\n]*?) ?\\(PID (\\d{1,18})\\)(?:[\\r\\n].*)?",
            Pattern.DOTALL);

    /**
     * Reads the text of a lock error.
     *
     * @param message as {@link ErrorText#normalise} returned it
     */
    static LockText read(String message) {
        String facts = without(without(message, SEE_ALSO), CLOSE_FAILED);
        int readOnly = facts.lastIndexOf(READ_ONLY);
        boolean readsOnly = readOnly >= 0;
        facts = readsOnly ? facts.substring(0, readOnly) : facts;
        int path = facts.indexOf('"') + 1;
        Matcher posix = POSIX_HOLDER.matcher(facts).region(path, facts.length());
        if (posix.matches()) {
            String pid = posix.group(3) == null ? posix.group(4) : posix.group(3);
            return new LockText(
                    posix.group(1), pid(pid), blankToNull(posix.group(2)), blankToNull(posix.group(5)), readsOnly);
        }
        Matcher windows = WINDOWS_HOLDER.matcher(facts).region(path, facts.length());
        if (windows.matches()) {
            return new LockText(
                    windows.group(1), pid(windows.group(3)), blankToNull(windows.group(2)), null, readsOnly);
        }
        Matcher file = FILE.matcher(facts);
        return new LockText(file.matches() ? file.group(1) : null, OptionalLong.empty(), null, null, readsOnly);
    }

    private static String without(String text, String tail) {
        int from = text.lastIndexOf(tail);
        return from < 0 ? text : text.substring(0, from);
    }

    private static OptionalLong pid(String digits) {
        long pid = Long.parseLong(digits);
        return pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid);
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
