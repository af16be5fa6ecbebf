package io.github.duckpool.cli;

import io.github.duckpool.internal.files.SharedFileSystem;
import java.util.Locale;
import java.util.Optional;

/** What is known of file systems on which locks, or what they guard, are not what they seem. */
final class FileSystems {
    private static final String OTHER_HOSTS =
            "a network file system: whether its locks reach other hosts, and survive a lost connection, depends on the server; use it"
                    + " from one host only, and better a local disk";
    private static final String OTHER_SIDE =
            "a folder shared with another system (Docker Desktop, a virtual machine, WSL): locks of processes on the other side are"
                    + " not seen here; let one side alone use the file, or use a volume";
    private static final String REMOTE_STORE =
            "a remote store that is shown as files: it has no locks for others, and is slow; copy the database to a local disk";
    private static final String LAYER =
            "a container's own layer: the file goes when the container goes; put it on a volume";
    private static final String MEMORY =
            "memory: the file goes when the system stops; put it on a disk if it shall stay";

    private FileSystems() {}

    /** What to beware of, by the type that the operating system gives the file system. */
    static Optional<String> warning(String type) {
        Optional<String> shared = SharedFileSystem.of(type).map(kind -> switch (kind) {
            case NETWORK -> OTHER_HOSTS;
            case OTHER_SIDE -> OTHER_SIDE;
            case REMOTE_STORE -> REMOTE_STORE;
        });
        return shared.or(() -> Optional.ofNullable(
                switch (type.toLowerCase(Locale.ROOT)) {
                    case "overlay", "aufs" -> LAYER;
                    case "tmpfs", "ramfs" -> MEMORY;
                    default -> null;
                }));
    }
}
