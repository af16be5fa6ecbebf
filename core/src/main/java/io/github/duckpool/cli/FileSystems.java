package io.github.duckpool.cli;

import java.util.Locale;
import java.util.Map;
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

    private static final Map<String, String> WARNINGS = Map.ofEntries(
            Map.entry("nfs", OTHER_HOSTS),
            Map.entry("nfs4", OTHER_HOSTS),
            Map.entry("cifs", OTHER_HOSTS),
            Map.entry("smb", OTHER_HOSTS),
            Map.entry("smb2", OTHER_HOSTS),
            Map.entry("smb3", OTHER_HOSTS),
            Map.entry("smbfs", OTHER_HOSTS),
            Map.entry("afs", OTHER_HOSTS),
            Map.entry("afpfs", OTHER_HOSTS),
            Map.entry("ceph", OTHER_HOSTS),
            Map.entry("lustre", OTHER_HOSTS),
            Map.entry("fuse.glusterfs", OTHER_HOSTS),
            Map.entry("fuse.sshfs", REMOTE_STORE),
            Map.entry("fuse.s3fs", REMOTE_STORE),
            Map.entry("fuse.gcsfuse", REMOTE_STORE),
            Map.entry("fuse.rclone", REMOTE_STORE),
            Map.entry("9p", OTHER_SIDE),
            Map.entry("drvfs", OTHER_SIDE),
            Map.entry("virtiofs", OTHER_SIDE),
            Map.entry("vboxsf", OTHER_SIDE),
            Map.entry("fuse.vmhgfs-fuse", OTHER_SIDE),
            Map.entry("fuse.grpcfuse", OTHER_SIDE),
            Map.entry("fuse.osxfs", OTHER_SIDE),
            Map.entry("osxfs", OTHER_SIDE),
            Map.entry("fakeowner", OTHER_SIDE),
            Map.entry("overlay", LAYER),
            Map.entry("aufs", LAYER),
            Map.entry("tmpfs", MEMORY),
            Map.entry("ramfs", MEMORY));

    private FileSystems() {}

    /** What to beware of, by the type that the operating system gives the file system. */
    static Optional<String> warning(String type) {
        return Optional.ofNullable(WARNINGS.get(type.toLowerCase(Locale.ROOT)));
    }
}
