package io.github.duckpool.internal.lease;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A pool that borrows nothing.
 *
 * @param wanted whether somebody waits there
 */
record IdleTenant(boolean wanted) implements Tenant {
    @Override
    public void opened(OpenDatabase database) {}

    @Override
    public CompletionStage<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void cutOff(String reason) {}

    @Override
    public void failed(SQLException why) {}

    @Override
    public long patienceNanos(boolean ahead) {
        return 0;
    }

    @Override
    public int borrowed() {
        return 0;
    }

    @Override
    public long borrows() {
        return 0;
    }

    @Override
    public String describeBorrowers() {
        return "";
    }
}
