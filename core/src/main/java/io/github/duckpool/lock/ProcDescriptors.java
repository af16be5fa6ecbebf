package io.github.duckpool.lock;

import io.github.duckpool.lock.OpenFile.Role;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a database's files among those that processes have open. It asks for the attributes of what the links in
 * {@code /proc/PID/fd} lead to, which opens nothing. Immutable and thread-safe.
 */
final class ProcDescriptors {
    private static final String DELETED = " (deleted)";
    private static final int ACCESS_MODE = 3;

    private final DatabaseFiles files;
    private final NetworkMounts mounts;

    ProcDescriptors(DatabaseFiles files, NetworkMounts mounts) {
        this.files = files;
        this.mounts = mounts;
    }

    /**
     * The descriptors by which a process has the files open.
     *
     * @return null if that may not be read; empty also if the process is gone
     */
    @Nullable
    List<OpenFile> of(long pid) {
        String directory = "/proc/" + pid;
        String[] numbers = new File(directory, "fd").list();
        try {
            if (numbers != null) {
                return numbers.length == 0 ? ofThreads(directory) : in(directory, numbers);
            }
        } catch (AccessDeniedException e) {
            // Root without CAP_SYS_PTRACE, as in most containers, may list the numbers and see nothing of what they
            // lead to.
        }
        return new ProcProcess(pid).exists() ? null : List.of();
    }

    /** The first thread shows none: it may have ended while others of its process go on; all share one table of descriptors. */
    private List<OpenFile> ofThreads(String directory) throws AccessDeniedException {
        String[] threads = new File(directory, "task").list();
        if (threads != null && threads.length > 1) {
            for (String thread : threads) {
                String[] numbers = new File(directory + "/task/" + thread, "fd").list();
                if (numbers != null && numbers.length > 0) {
                    return in(directory + "/task/" + thread, numbers);
                }
            }
        }
        return List.of();
    }

    private List<OpenFile> in(String directory, String[] numbers) throws AccessDeniedException {
        List<OpenFile> found = new ArrayList<>();
        for (String number : numbers) {
            OpenFile file = file(directory, number);
            if (file != null) {
                found.add(file);
            }
        }
        return found;
    }

    private @Nullable OpenFile file(String directory, String number) throws AccessDeniedException {
        Path link = Path.of(directory + "/fd/" + number);
        try {
            if (mounts.areOthers() && mounts.contain(Files.readSymbolicLink(link))) {
                return null; // a file whose server may not answer
            }
            if (!isCandidate(link)) {
                return null;
            }
            Path target = Files.readSymbolicLink(link);
            Object key = Files.readAttributes(link, BasicFileAttributes.class).fileKey();
            String path = target.toString();
            boolean deleted = path.endsWith(DELETED)
                    && Files.getAttribute(link, "unix:nlink") instanceof Integer links
                    && links == 0;
            Role role = files.role(target, key, deleted);
            return role == null ? null : describe(directory, number, role, path, deleted);
        } catch (AccessDeniedException e) {
            refuseUnlessReadable(link);
            return null; // the link may be followed, and its file's own file system (FUSE) refuses: none of ours
        } catch (IOException e) {
            return null; // closed meanwhile
        }
    }

    /** To read a link asks only the kernel's leave to look into the process, not the file system where it leads. */
    private static void refuseUnlessReadable(Path link) throws AccessDeniedException {
        try {
            Files.readSymbolicLink(link);
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException e) {
            // closed meanwhile
        }
    }

    /**
     * Whether it is worth a closer look, found out by one system call, for there are thousands of descriptors: it leads to one of the
     * files; or to one that was deleted, which may have been one of them, as its old name tells.
     */
    private boolean isCandidate(Path link) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(link, "unix:fileKey,nlink");
        return files.has(attributes.get("fileKey")) || Integer.valueOf(0).equals(attributes.get("nlink"));
    }

    private static OpenFile describe(String directory, String number, Role role, String path, boolean deleted) {
        int flags = 0;
        LockHolder.Mode lock = LockHolder.Mode.NONE;
        String info = ProcFile.read(directory + "/fdinfo/" + number);
        for (String line : info == null ? new String[0] : info.split("\n", -1)) {
            if (line.startsWith("flags:")) {
                flags = (int) Long.parseLong(line.substring(6).trim(), 8);
            } else if (line.startsWith("lock:")) {
                LockTable.Lock held = LockTable.parse(line.substring(5));
                if (held != null && lock != LockHolder.Mode.WRITE) {
                    lock = held.write() ? LockHolder.Mode.WRITE : LockHolder.Mode.READ;
                }
            }
        }
        String name = deleted ? path.substring(0, path.length() - DELETED.length()) : path;
        return new OpenFile(Integer.parseInt(number), role, name, (flags & ACCESS_MODE) != 0, lock, deleted);
    }
}
