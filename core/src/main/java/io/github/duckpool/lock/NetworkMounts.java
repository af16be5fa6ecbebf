package io.github.duckpool.lock;

import io.github.duckpool.internal.files.SharedFileSystem;
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
 * is down; so of those only such are asked as may be the database itself, because they lie on its file system, wherever that is
 * mounted.
 */
final class NetworkMounts {
    private static final int DEVICE = 2;
    private static final int PLACE = 4;

    private record Mount(Path place, String device, boolean network, String type) {
        /** Whether it shows the same file system, and so asks the same server. */
        boolean isOf(@Nullable Mount other) {
            return other != null && device.equals(other.device);
        }
    }

    private final List<Mount> mounts;
    private final @Nullable Mount own;
    private final boolean anyOther;

    private NetworkMounts(List<Mount> mounts, Path file) {
        this.mounts = mounts;
        this.own = mountOf(file);
        this.anyOther = mounts.stream().anyMatch(mount -> mount.network && !mount.isOf(own));
    }

    /**
     * Reads the mounts of this process.
     *
     * @param file the database, whose own file system is none of them; a real path
     */
    static NetworkMounts besides(Path file) {
        String mounts = ProcFile.read("/proc/self/mountinfo");
        return parse(mounts == null ? "" : mounts, file);
    }

    /** Reads lines of proc_pid_mountinfo(5): {@code 36 35 98:0 /root /place options… - type source options}. */
    static NetworkMounts parse(String lines, Path file) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : lines.split("\n", -1)) {
            int dash = line.indexOf(" - "); // before it are any number of optional fields
            String[] fields = line.substring(0, Math.max(0, dash)).split(" ", -1);
            Path place = fields.length > PLACE ? place(unescape(fields[PLACE])) : null;
            if (place != null) {
                String type = line.substring(dash + 3).split(" ", 2)[0];
                mounts.add(new Mount(
                        place, fields[DEVICE], SharedFileSystem.of(type).isPresent(), type));
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

    /** Whether there are any file systems of other hosts but the one that the database lies on. */
    boolean areOthers() {
        return anyOther;
    }

    /** Whether a file lies on another host's file system, and not on the one that the database lies on. */
    boolean contain(Path file) {
        if (!anyOther) {
            return false;
        }
        Mount mount = mountOf(file);
        return mount != null && mount.network && !mount.isOf(own);
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
