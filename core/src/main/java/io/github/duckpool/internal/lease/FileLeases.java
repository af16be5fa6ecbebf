package io.github.duckpool.internal.lease;

import io.github.duckpool.mutex.FileMutex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The leases of this JVM, one for each file that a pool uses, by its real path. Thread-safe. */
final class FileLeases {
    /** Guarded by itself; its monitor is taken before the lock of a lease. */
    private static final Map<Path, FileLease> LEASES = new HashMap<>();

    private FileLeases() {}

    /**
     * Makes a pool a member of its file's lease.
     *
     * @throws IOException if the path can't be resolved
     * @throws IllegalArgumentException if the pool and another of this process can't have the file together
     */
    static FileTenancy join(Path path, LeaseTerms terms, FileOpener opener, Tenant tenant) throws IOException {
        FileMutex mutex = FileMutex.of(path);
        synchronized (LEASES) {
            FileLease lease = LEASES.get(mutex.file());
            if (lease == null) {
                lease = new FileLease(mutex, terms.readOnly());
                LEASES.put(mutex.file(), lease);
            }
            for (FileTenancy other : lease.members().all()) {
                String clash = LeaseErrors.clash(terms, other.terms(), mutex.file());
                if (!clash.isEmpty()) {
                    throw new IllegalArgumentException(clash);
                }
            }
            var tenancy = new FileTenancy(lease, terms, opener, tenant);
            lease.members().join(tenancy);
            return tenancy;
        }
    }

    /** Drops a lease that has no member any more; the next pool gets a fresh one, which queues behind what is left of this. */
    static void forget(FileLease lease) {
        synchronized (LEASES) {
            if (lease.members().all().isEmpty()) {
                LEASES.remove(lease.file(), lease);
            }
        }
    }
}
