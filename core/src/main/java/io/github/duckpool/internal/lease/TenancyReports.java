package io.github.duckpool.internal.lease;

import io.github.duckpool.observe.Alert;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one pool's log and listener are told about its hold on a file, some of it once for each slice. Used by the lease's thread alone. */
final class TenancyReports {
    private static final Logger LOG = LoggerFactory.getLogger(TenancyReports.class);

    private final Path file;
    private final LeaseTerms terms;
    private final Tenant tenant;
    private boolean overstayReported;
    private boolean hangingReported;

    TenancyReports(Path file, LeaseTerms terms, Tenant tenant) {
        this.file = file;
        this.terms = terms;
        this.tenant = tenant;
    }

    /** The pool lends again. */
    void newSlice() {
        overstayReported = false;
        hangingReported = false;
    }

    /** Tells the pool's listener; what goes wrong there is his. */
    void alert(Alert.Kind kind, String message) {
        try {
            terms.alerts().accept(new Alert(kind, terms.poolName(), message));
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: the listener failed for alert {}", terms.poolName(), kind, e);
        }
    }

    /** Connections are out for too long while others wait; true for the first time in a slice. */
    boolean overstay(long waitedNanos) {
        if (overstayReported) {
            return false;
        }
        overstayReported = true;
        String message = "connections keep " + file + " from others, who have waited for "
                + TimeUnit.NANOSECONDS.toMillis(waitedNanos) + " ms; "
                + (terms.cutsOff() ? "they are cut off:" : "they are waited for:") + System.lineSeparator()
                + tenant.describeBorrowers();
        LOG.warn("{}: {}", terms.poolName(), message);
        alert(Alert.Kind.SLICE_OVERSTAYED, message);
        return true;
    }

    /** A connection that was cut off does not end. */
    void hanging() {
        if (!hangingReported) {
            hangingReported = true;
            LOG.error(
                    "{}: a connection that was cut off hangs in native code; {} is not passed on before it ends",
                    terms.poolName(),
                    file);
        }
    }
}
