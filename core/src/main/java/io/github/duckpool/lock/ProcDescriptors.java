package io.github.duckpool.lock;

import io.github.duckpool.lock.OpenFile.Role;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds a database's files among those that processes have open. It asks for the attributes of what the links in
 * {@code /proc/PID/fd} lead to, which opens nothing but that directory. Immutable and thread-safe.
 *
 * <p>There are thousands of descriptors, and a system call for each is nearly all that a look costs. So there is one for most of them: it
 * begins at the open directory, which spares the kernel the way there. Only a plain file's name is read too, once, for one that was
 * deleted is known by it.
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
        return of(pid, new HashSet<>());
    }

    /**
     * The same, for one of many processes.
     *
     * @param others plain files that were found to be none of the database's in this pass, by device and inode: processes of one
     *     program have many in common. Not for a later pass, for an inode gets another file when its own is gone
     */
    @Nullable
    List<OpenFile> of(long pid, Set<Object> others) {
        String directory = "/proc/" + pid;
        try {
            List<OpenFile> found = in(directory, others);
            return found == null ? ofThreads(directory, others) : found;
        } catch (IOException e) {
            // Another user's; or gone. Root without CAP_SYS_PTRACE, as in most containers, may list the numbers and see
            // nothing of what they lead to.
            return new ProcProcess(pid).exists() ? null : List.of();
        }
    }

    /** The first thread shows none: it may have ended while others of its process go on; all share one table of descriptors. */
    private List<OpenFile> ofThreads(String directory, Set<Object> others) throws AccessDeniedException {
        String[] threads = new File(directory, "task").list();
        if (threads != null && threads.length > 1) {
            for (String thread : threads) {
                try {
                    List<OpenFile> found = in(directory + "/task/" + thread, others);
                    if (found != null) {
                        return found;
                    }
                } catch (AccessDeniedException e) {
                    throw e;
                } catch (IOException e) {
                    // this thread has ended
                }
            }
        }
        return List.of();
    }

    /**
     * The descriptors of a process or thread.
     *
     * @return null if it shows none at all, or ended while it was looked at: what it had then is another thread's still
     * @throws IOException if they can't be listed
     * @throws AccessDeniedException if it may not be seen where they lead
     */
    private @Nullable List<OpenFile> in(String directory, Set<Object> others) throws IOException {
        List<OpenFile> found = new ArrayList<>();
        boolean any = false;
        boolean missed = false;
        Path numbers = Path.of(directory, "fd");
        try (DirectoryStream<Path> links = Files.newDirectoryStream(numbers)) {
            for (Path link : links) {
                any = true;
                try {
                    OpenFile file = mayBeAsked(link) ? file(directory, link, view(links, link), others) : null;
                    if (file != null) {
                        found.add(file);
                    }
                } catch (AccessDeniedException e) {
                    throw e;
                } catch (IOException e) {
                    missed = true; // the file is closed, or the thread has ended and shows nothing any more
                }
            }
        } catch (DirectoryIteratorException e) {
            missed = true;
        }
        return found.isEmpty() && (!any || (missed && isEmpty(numbers))) ? null : found;
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            return !left.iterator().hasNext();
        }
    }

    private static BasicFileAttributeView view(DirectoryStream<Path> directory, Path link) {
        return directory instanceof SecureDirectoryStream<Path> open
                ? open.getFileAttributeView(link.getFileName(), BasicFileAttributeView.class)
                : Files.getFileAttributeView(link, BasicFileAttributeView.class);
    }

    /** Not so for a file whose server may not answer. */
    private boolean mayBeAsked(Path link) throws IOException {
        if (!mounts.areOthers()) {
            return true;
        }
        Path target = Files.readSymbolicLink(link);
        return target.isAbsolute() && !mounts.contain(target); // else a socket, a pipe or the like
    }

    private @Nullable OpenFile file(String directory, Path link, BasicFileAttributeView view, Set<Object> others)
            throws IOException {
        try {
            BasicFileAttributes attributes = view.readAttributes();
            Object key = attributes.fileKey();
            if (key == null || (!files.has(key) && (!attributes.isRegularFile() || others.contains(key)))) {
                return null;
            }
            Path target = Files.readSymbolicLink(link);
            String path = target.toString();
            boolean deleted = path.endsWith(DELETED)
                    && Files.getAttribute(link, "unix:nlink") instanceof Integer links
                    && links == 0;
            Role role = files.role(target, key, deleted);
            if (role == null) {
                if (!deleted) { // another name of a deleted file may still be ours
                    others.add(key);
                }
                return null;
            }
            return describe(directory, link.getFileName().toString(), role, path, deleted);
        } catch (AccessDeniedException e) {
            // To read a link asks only the kernel's leave to look into the process, not the file system where it leads.
            Files.readSymbolicLink(link);
            return null; // the link may be followed, and its file's own file system (FUSE) refuses: none of ours
        }
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
