package io.github.duckpool.mutex;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The one descriptor of each companion file in this JVM, across class loaders: they are kept in the system properties, as objects
 * of the JDK alone. Closing any other descriptor of a companion would drop the locks of all who share it, so one is closed only
 * when no {@link QueueFile} of any class loader uses it, under the registry's monitor.
 */
final class QueueDescriptors {
    private static final String REGISTRY = "io.github.duckpool.queue.descriptors";
    private static final int ATTEMPTS = 100;

    private static final ReferenceQueue<QueueFile> UNREACHABLE = new ReferenceQueue<>();
    private static final Set<Use> USES = ConcurrentHashMap.newKeySet();

    /** Slots of an entry in the registry. */
    private static final int DESCRIPTOR = 0;

    private static final int USERS = 1;

    private QueueDescriptors() {}

    /**
     * Opens the companion, and makes it when it is missing.
     *
     * @throws IOException if it can't be opened, with the remedy in the message
     */
    static QueueFile open(Path path) throws IOException {
        Map<Object, Object[]> registry = registry();
        synchronized (registry) {
            closeUnused(registry);
            try {
                return open(path, registry);
            } catch (IOException e) {
                throw QueueFailure.explain(path, e);
            }
        }
    }

    private static QueueFile open(Path path, Map<Object, Object[]> registry) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Object key = keyOf(path);
            if (key == null) {
                create(path);
                continue;
            }
            Object[] entry = registry.get(key);
            if (entry == null || !isOpen(entry)) {
                if (Files.isSymbolicLink(path)) {
                    throw new IOException("it is a symbolic link, which could lead anywhere; delete it");
                }
                entry = new Object[] {new RandomAccessFile(path.toFile(), "rw"), 0};
                if (!key.equals(keyOf(path))) {
                    // Swapped under our hands: closing this one could drop locks of another entry, so it stays open.
                    registry.put(new Object(), entry);
                    continue;
                }
                registry.put(key, entry);
            }
            entry[USERS] = (Integer) entry[USERS] + 1;
            var descriptor = (RandomAccessFile) entry[DESCRIPTOR];
            var file = new QueueFile(path, key, descriptor);
            USES.add(new Use(file, key, descriptor));
            return file;
        }
        throw new IOException("deleted again and again while it was opened");
    }

    /** What identifies the file behind the path; null when there is none. Reads attributes only: that keeps every lock. */
    static @Nullable Object keyOf(Path path) {
        try {
            Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            return key != null ? key : path.toString();
        } catch (IOException e) {
            return null;
        }
    }

    /** Closes what it opens: nobody in this process can hold a lock on a file that is a moment old. */
    private static void create(Path path) throws IOException {
        FileAttribute<?>[] ownerOnly =
                path.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        try {
            FileChannel.open(path, Set.of(WRITE, CREATE_NEW), ownerOnly).close();
        } catch (FileAlreadyExistsException otherWasFaster) {
            // just as well
        }
    }

    private static boolean isOpen(Object[] entry) {
        return ((RandomAccessFile) entry[DESCRIPTOR]).getChannel().isOpen();
    }

    private static void closeUnused(Map<Object, Object[]> registry) throws IOException {
        for (Object ended = UNREACHABLE.poll(); ended != null; ended = UNREACHABLE.poll()) {
            Use use = (Use) ended;
            USES.remove(use);
            Object[] entry = registry.get(use.key);
            if (entry != null && entry[DESCRIPTOR] == use.descriptor) {
                int users = (Integer) entry[USERS] - 1;
                entry[USERS] = users;
                if (users == 0) {
                    registry.remove(use.key);
                    use.descriptor.close();
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<Object, Object[]> registry() {
        return (Map<Object, Object[]>)
                System.getProperties().computeIfAbsent(REGISTRY, name -> new HashMap<Object, Object[]>());
    }

    /** One class loader's use of a descriptor; over when nobody can reach the file any more, hence holds no ticket of it. */
    private static final class Use extends PhantomReference<QueueFile> {
        private final Object key;
        private final RandomAccessFile descriptor;

        private Use(QueueFile file, Object key, RandomAccessFile descriptor) {
            super(file, UNREACHABLE);
            this.key = key;
            this.descriptor = descriptor;
        }
    }
}
