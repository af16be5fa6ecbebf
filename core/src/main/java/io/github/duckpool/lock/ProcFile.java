package io.github.duckpool.lock;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The one place of this package that opens files: those of {@code /proc}, as proc(5) describes them. It refuses others, and the
 * links to files that processes have open: to open and close a database file would drop this process's locks on it.
 */
final class ProcFile {
    private ProcFile() {}

    /**
     * Reads a file of {@code /proc}.
     *
     * @return the content, each byte a character; null if it is not there, or may not be read
     */
    static @Nullable String read(String path) {
        byte[] bytes = bytes(path);
        return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte @Nullable [] bytes(String path) {
        if (!path.startsWith("/proc/") || path.contains("/fd/") || path.contains("..")) {
            throw new IllegalArgumentException(path + " is no file about processes");
        }
        try (var file = new FileInputStream(path)) {
            return file.readAllBytes();
        } catch (IOException e) {
            return null; // the process has ended, or is another user's
        }
    }
}
