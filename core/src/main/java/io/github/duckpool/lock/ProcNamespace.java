package io.github.duckpool.lock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PID namespaces of pid_namespaces(7): a number is a process only within one of them, so a signal may go only to a process of
 * the very namespace that this process lives in.
 */
final class ProcNamespace {
    /** The kernel's fixed number of the namespace that the machine starts with. */
    private static final String INITIAL = "pid:[4026531836]";

    private ProcNamespace() {}

    /** Whether {@code /proc} shows the numbers of this process's own namespace; not so if it was mounted outside of it. */
    static boolean isOwn() {
        try {
            long own = ProcessHandle.current().pid();
            return Files.readSymbolicLink(Path.of("/proc/self")).toString().equals(Long.toString(own));
        } catch (IOException e) {
            return false;
        }
    }

    /** The number by which {@code /proc} shows this process; 0 if it does not. */
    static long self() {
        try {
            return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** Whether all processes of the machine can be seen, those of containers too. */
    static boolean isInitial() {
        return INITIAL.equals(namespace("self"));
    }

    /** Whether a process is known to live in another namespace than this one. */
    static boolean isOther(long pid) {
        String own = namespace("self");
        String its = namespace(Long.toString(pid)); // null for other users' processes, unless this is root
        if (own != null && its != null) {
            return !own.equals(its);
        }
        List<Long> pids = new ProcProcess(pid).namespacePids(); // everybody may read this; missing before Linux 4.1
        return pids.size() > 1;
    }

    private static @Nullable String namespace(String process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", process, "ns", "pid"))
                    .toString();
        } catch (IOException e) {
            return null;
        }
    }
}
