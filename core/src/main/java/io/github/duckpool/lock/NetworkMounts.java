package io.github.duckpool.lock;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The places where other hosts' files are mounted. To ask for the attributes of such a file waits for its server, for ever if that
 * is down; so of those only such are asked as may be the database itself, because they lie where it does.
 */
final class NetworkMounts {
    private record Mount(Path place, boolean network, String type) {}

    private final List<Mount> mounts;
    private final @Nullable Mount own;
    private final boolean anyOther;

    private NetworkMounts(List<Mount> mounts, Path file) {
        this.mounts = mounts;
        this.own = mountOf(file);
        this.anyOther = mounts.stream().anyMatch(mount -> mount.network && !mount.equals(own));
    }

    /**
     * Reads the mounts of this process.
     *
     * @param file the database, whose own mount is none of them; a real path
     */
    static NetworkMounts besides(Path file) {
        String mounts = ProcFile.read("/proc/self/mounts");
        return parse(mounts == null ? "" : mounts, file);
    }

    /** Reads lines of fstab(5): {@code device place type options 0 0}. */
    static NetworkMounts parse(String lines, Path file) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : lines.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            Path place = fields.length > 2 ? place(unescape(fields[1])) : null;
            if (place != null) {
                mounts.add(new Mount(place, SharedFileSystem.of(fields[2]).isPresent(), fields[2]));
            }
        }
        return new NetworkMounts(mounts, file);
    }

    static @Nullable Path place(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            return null; // this JVM's file encoding can't express it
        }
    }

    /** The type of the database's file system, if it is shared with other hosts or virtual machines. */
    Optional<String> own() {
        return own != null && own.network ? Optional.of(own.type) : Optional.empty();
    }

    /** Whether there are any file systems of other hosts but the database's own. */
    boolean areOthers() {
        return anyOther;
    }

    /** Whether a file lies on another host's file system, and not where the database does. */
    boolean contain(Path file) {
        if (!anyOther) {
            return false;
        }
        Mount mount = mountOf(file);
        return mount != null && mount.network && !mount.equals(own);
    }

    /** The deepest mount above a file; of two at the same place the later one, which hides the other. */
    private @Nullable Mount mountOf(Path file) {
        Mount deepest = null;
        for (Mount mount : mounts) {
            if (file.startsWith(mount.place)
                    && (deepest == null || mount.place.getNameCount() >= deepest.place.getNameCount())) {
                deepest = mount;
            }
        }
        return deepest;
    }

    /** Blanks, tabs, newlines and backslashes are written as octal numbers there: {@code \040}. */
    static String unescape(String field) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '\\'
                    && i + 3 < field.length()
                    && field.substring(i + 1, i + 4).matches("[0-3][0-7]{2}")) {
                bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
