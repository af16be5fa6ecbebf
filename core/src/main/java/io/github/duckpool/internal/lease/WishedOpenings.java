package io.github.duckpool.internal.lease;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens the file of a lease for the pools that want it, while the turn is had: by way of {@link OpenAttempts}, for a path that no other
 * name of the file is in use for, and after a fatal error only what answers again.
 *
 * <p>Used by the lease's thread alone, but for {@link #holder()}.
 */
final class WishedOpenings {
    private final Path file;
    private final LeaseMembers members;
    private final LockWatch watch;
    private final OpenAttempts attempts;

    /** The fatal error after which nothing was opened yet. */
    private @Nullable SQLException broken;

    /** Whose attempt failed in this turn, and why, as long as they are not told. */
    private final Map<FileTenancy, SQLException> refused = new LinkedHashMap<>();

    WishedOpenings(Path file, LeaseMembers members, LockWatch watch) {
        this.file = file;
        this.members = members;
        this.watch = watch;
        this.attempts = new OpenAttempts(file, members::pause);
    }

    /** Opens it for whoever wants it now. */
    void openWishing(JvmTurn turn) {
        for (FileTenancy tenancy : members.wishing()) {
            tellRefused(); // before an attempt that may last
            if (tenancy.database() != null) {
                tenancy.fulfilled(); // he looked before it was lent and asked after that: one anchor is all he gets
                continue;
            }
            tenancy.reconsider();
            if (!tenancy.wishes() || !members.hold(tenancy)) {
                continue;
            }
            OpenDatabase opened = null;
            try {
                opened = open(tenancy, turn);
            } catch (SQLException e) {
                refuse(tenancy, e);
                continue;
            } catch (RuntimeException | Error e) {
                refuse(tenancy, new SQLException(tenancy + ": " + file + " could not be opened: " + e, "08001", e));
                continue;
            }
            if (opened == null) {
                members.letGo(List.of(tenancy)); // nobody there waits any more
            } else {
                tenancy.opened(opened, System.nanoTime());
            }
        }
        if (members.all().stream().anyMatch(tenancy -> tenancy.database() != null)) {
            tellRefused();
        }
    }

    private void refuse(FileTenancy tenancy, SQLException why) {
        members.letGo(List.of(tenancy));
        tenancy.fulfilled(); // or it would be tried again in this turn
        refused.put(tenancy, why);
    }

    /** Tells those whose attempt failed: the turn is passed on, or goes on for others. */
    void tellRefused() {
        Map<FileTenancy, SQLException> told = Map.copyOf(refused);
        refused.clear();
        told.forEach(FileTenancy::failed);
    }

    private @Nullable OpenDatabase open(FileTenancy tenancy, JvmTurn turn) throws SQLException {
        String otherPath = turn.claimFile();
        if (otherPath != null) {
            throw LeaseErrors.sameFile(file, otherPath);
        }
        OpenDatabase opened = attempts.open(tenancy);
        if (opened == null) {
            return null;
        }
        try {
            turn.opened();
            turn.claimFile(); // DuckDB may have made it
            SQLException fatal = broken;
            if (fatal != null) {
                LeaseErrors.probe(tenancy.toString(), opened, fatal);
                broken = null;
            }
            watch.opened();
            return opened;
        } catch (SQLException | RuntimeException | Error e) {
            FileTenancy.close(opened, tenancy.toString());
            throw e;
        }
    }

    /** The database was closed after a fatal error: what is opened next has to answer before it is lent. */
    void brokenBy(SQLException fatal) {
        broken = fatal;
    }

    /** Who keeps the file from being opened at the moment; for any thread. */
    Optional<String> holder() {
        return attempts.holder();
    }
}
