package io.github.duckpool.internal.lease;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A pool that borrows nothing.
 *
 * @param wanted whether somebody waits there
 * @param refusals gets what those who wait are told
 */
record IdleTenant(boolean wanted, Consumer<SQLException> refusals) implements Tenant {
    IdleTenant(boolean wanted) {
        this(wanted, why -> {});
    }

    @Override
    public void opened(OpenDatabase database) {}

    @Override
    public CompletionStage<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void cutOff(String reason) {}

    @Override
    public void failed(SQLException why) {
        refusals.accept(why);
    }

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
