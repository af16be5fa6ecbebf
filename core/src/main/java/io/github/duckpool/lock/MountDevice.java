package io.github.duckpool.lock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The device of the mount that a file lies on, from {@code /proc/self/mountinfo}. It is the file system's own, by which the kernel
 * lists locks, also where {@code stat} shows another one: that of a subvolume (btrfs), or of a layer (overlayfs).
 */
final class MountDevice {
    private static final int DEVICE = 2;
    private static final int PLACE = 4;

    private MountDevice() {}

    /**
     * Looks a file up.
     *
     * @return the device as {@link LockTable.Lock#device()}; empty if no mount is listed above the file, as after chroot(2)
     */
    static Optional<String> of(Path file) {
        String mounts = ProcFile.read("/proc/self/mountinfo");
        if (mounts == null) {
            return Optional.empty();
        }
        try {
            return parse(mounts, file.toRealPath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads lines of proc_pid_mountinfo(5): {@code 36 35 98:0 /root /place options…}. The deepest mount counts, and the later of two. */
    static Optional<String> parse(String lines, Path file) {
        Path deepest = null;
        String device = null;
        for (String line : lines.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            Path place = fields.length > PLACE ? NetworkMounts.place(NetworkMounts.unescape(fields[PLACE])) : null;
            if (place != null
                    && file.startsWith(place)
                    && (deepest == null || place.getNameCount() >= deepest.getNameCount())) {
                deepest = place;
                device = device(fields[DEVICE]);
            }
        }
        return Optional.ofNullable(device);
    }

    private static @Nullable String device(String decimal) {
        int colon = decimal.indexOf(':');
        try {
            return LockTable.device(
                    Long.parseLong(decimal.substring(0, Math.max(0, colon))),
                    Long.parseLong(decimal.substring(colon + 1)));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
