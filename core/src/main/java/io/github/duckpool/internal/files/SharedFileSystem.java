package io.github.duckpool.internal.files;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Kinds of file system whose files other hosts or virtual machines use too, so that not all who have a file can be seen from here. */
public enum SharedFileSystem {
    /** Of a server, or of a cluster. */
    NETWORK,
    /** A folder of the other system on this machine: Docker Desktop, a virtual machine, WSL. */
    OTHER_SIDE,
    /** A remote store that is shown as files. */
    REMOTE_STORE;

    private static final Map<String, SharedFileSystem> TYPES = Map.ofEntries(
            Map.entry("afpfs", NETWORK),
            Map.entry("afs", NETWORK),
            Map.entry("ceph", NETWORK),
            Map.entry("cifs", NETWORK),
            Map.entry("fuse.ceph", NETWORK),
            Map.entry("fuse.glusterfs", NETWORK),
            Map.entry("gfs2", NETWORK),
            Map.entry("gpfs", NETWORK),
            Map.entry("lustre", NETWORK),
            Map.entry("ncpfs", NETWORK),
            Map.entry("nfs", NETWORK),
            Map.entry("nfs4", NETWORK),
            Map.entry("ocfs2", NETWORK),
            Map.entry("smb", NETWORK),
            Map.entry("smb2", NETWORK),
            Map.entry("smb3", NETWORK),
            Map.entry("smbfs", NETWORK),
            Map.entry("9p", OTHER_SIDE),
            Map.entry("drvfs", OTHER_SIDE),
            Map.entry("fakeowner", OTHER_SIDE),
            Map.entry("fuse.grpcfuse", OTHER_SIDE),
            Map.entry("fuse.osxfs", OTHER_SIDE),
            Map.entry("fuse.vmhgfs-fuse", OTHER_SIDE),
            Map.entry("osxfs", OTHER_SIDE),
            Map.entry("vboxsf", OTHER_SIDE),
            Map.entry("virtiofs", OTHER_SIDE),
            Map.entry("fuse.gcsfuse", REMOTE_STORE),
            Map.entry("fuse.rclone", REMOTE_STORE),
            Map.entry("fuse.s3fs", REMOTE_STORE),
            Map.entry("fuse.sshfs", REMOTE_STORE));

    /**
     * The kind of a file system.
     *
     * @param type its type as the operating system calls it, such as {@code nfs4}, in any case
     * @return the kind; empty for one that this system has to itself, and for unknown ones
     */
    public static Optional<SharedFileSystem> of(String type) {
        return Optional.ofNullable(TYPES.get(type.toLowerCase(Locale.ROOT)));
    }
}
