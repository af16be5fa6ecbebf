package io.github.duckpool.internal.write;

import org.jspecify.annotations.Nullable;

/** A row that waits to be appended. */
final class PendingRow extends Pending<@Nullable Void> {
    final Table table;
    final @Nullable Object[] row;

    PendingRow(Table table, @Nullable Object[] row, Call call, Budget budget, WorkReport report) {
        super(call, budget, report);
        this.table = table;
        this.row = row;
    }

    @Override
    void committed() {
        succeed(null);
    }

    @Override
    void alone(Units units) {
        try {
            units.insert(table, row, call, budget);
        } catch (Throwable e) {
            fail(e);
            return;
        }
        succeed(null);
    }
}
