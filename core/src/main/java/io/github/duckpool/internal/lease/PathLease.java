package io.github.duckpool.internal.lease;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pool's lease on the file at a path. While the path leads nowhere, because its directory does not exist, say, every request
 * looks again, and fails the pool's borrowers if it still does.
 *
 * <p>Thread-safe.
 */
public final class PathLease implements Lease {
    private final Path path;
    private final LeaseTerms terms;
    private final FileOpener opener;
    private final Tenant tenant;

    /** Written under the monitor. */
    private volatile @Nullable FileTenancy tenancy;

    private boolean looking;
    private boolean closed;

    /**
     * Makes a lease that holds nothing yet.
     *
     * @param path any path to the file
     * @param terms how the pool wants to hold it
     * @param opener opens it
     * @param tenant the pool
     * @throws IllegalArgumentException if another pool of this process has other terms for the same file
     */
    public PathLease(Path path, LeaseTerms terms, FileOpener opener, Tenant tenant) {
        this.path = path;
        this.terms = terms;
        this.opener = opener;
        this.tenant = tenant;
        try {
            tenancy = FileLeases.join(path, terms, opener, tenant);
        } catch (IOException e) {
            // whoever borrows is told
        }
    }

    @Override
    public void request() {
        FileTenancy joined = tenancy;
        if (joined != null) {
            joined.request();
            return;
        }
        synchronized (this) {
            if (looking || closed) {
                return;
            }
            looking = true;
        }
        try {
            Thread thread = new Thread(this::look, terms.poolName() + " lease");
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable noThread) {
            looked(); // or nobody would ever look again
            tenant.failed(
                    LeaseErrors.noThread(terms.poolName(), path, noThread)); // others may count on this one's request
            throw noThread;
        }
    }

    private void look() {
        SQLException why = null;
        try {
            why = tryToJoin();
        } catch (RuntimeException e) {
            why = new SQLNonTransientConnectionException(e.getMessage(), "08001", e);
        } catch (Error e) {
            why = new SQLNonTransientConnectionException(terms.poolName() + ": " + path + ": " + e, "08001", e);
        } finally {
            looked();
        }
        if (why != null) {
            tenant.failed(why);
        }
        if (why != null && tenant.wanted()) {
            request(); // somebody came between
        }
    }

    private synchronized void looked() {
        looking = false;
    }

    private @Nullable SQLException tryToJoin() {
        try {
            join();
            return null;
        } catch (IOException e) {
            return explain(e);
        }
    }

    private void join() throws IOException {
        FileTenancy joined = FileLeases.join(path, terms, opener, tenant);
        boolean late;
        synchronized (this) {
            tenancy = joined;
            late = closed;
        }
        if (late) {
            joined.close();
        } else {
            joined.request();
        }
    }

    /** DuckDB can't open what can't be found either, and its error is the one that is explained best. */
    private SQLException explain(IOException unresolved) {
        SQLException why = new SQLNonTransientConnectionException(
                terms.poolName() + ": can't open database \"" + path + "\": " + unresolved.getMessage(),
                "08001",
                unresolved);
        try {
            opener.open(path).close();
        } catch (NotSetUpException e) {
            return e.error(); // somebody has made the directory just now, but it does not help
        } catch (SQLException e) {
            e.addSuppressed(unresolved);
            return e;
        }
        return why; // somebody has made the directory just now: the next request finds it
    }

    @Override
    public Optional<String> obstacle() {
        FileTenancy joined = tenancy;
        return joined == null ? Optional.of(path + " can't be found") : joined.obstacle();
    }

    @Override
    public Optional<String> fault() {
        FileTenancy joined = tenancy;
        return joined == null ? Optional.empty() : joined.fault();
    }

    @Override
    public void reopen(OpenDatabase broken, SQLException why) {
        FileTenancy joined = tenancy;
        if (joined != null) {
            joined.reopen(broken, why);
        }
    }

    @Override
    public void close() {
        FileTenancy joined;
        synchronized (this) {
            closed = true;
            joined = tenancy;
        }
        if (joined != null) {
            joined.close();
        }
    }
}
