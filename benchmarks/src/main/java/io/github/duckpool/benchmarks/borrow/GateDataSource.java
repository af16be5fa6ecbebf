package io.github.duckpool.benchmarks.borrow;

import io.github.duckpool.internal.gate.BorrowGate;
import io.github.duckpool.internal.gate.GateClosedException;
import io.github.duckpool.internal.gate.Slot;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The borrow gate alone, with the smallest handle around it: what is left of the pool when its hygiene is taken away. */
final class GateDataSource implements ConnectionSource {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final BorrowGate<Connection> gate;
    private final String url;

    GateDataSource(String url, int size, long overtakingNanos) {
        this.url = url;
        gate = new BorrowGate<>(size, overtakingNanos, System::nanoTime);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Slot<Connection> slot;
        try {
            slot = gate.borrow(TIMEOUT_NANOS);
        } catch (InterruptedException | TimeoutException | GateClosedException | ExecutionException e) {
            throw new SQLException(e);
        }
        Connection session = slot.session();
        if (session == null) {
            session = DriverManager.getConnection(url);
            slot.install(session);
        }
        return new Handle(gate, slot, slot.stamp(), session);
    }

    @Override
    public void close() throws SQLException {
        gate.close();
        for (Slot<Connection> slot; (slot = gate.claimIdle(session -> true)) != null; ) {
            Connection session = slot.session();
            gate.vacate(slot);
            if (session != null) {
                session.close();
            }
        }
    }

    private static final class Handle extends StubConnection {
        private final BorrowGate<Connection> gate;
        private final Slot<Connection> slot;
        private final int stamp;
        private final Connection session;

        Handle(BorrowGate<Connection> gate, Slot<Connection> slot, int stamp, Connection session) {
            this.gate = gate;
            this.slot = slot;
            this.stamp = stamp;
            this.session = session;
        }

        @Override
        public Statement createStatement() throws SQLException {
            return session.createStatement();
        }

        @Override
        public void close() {
            gate.giveBack(slot, stamp);
        }
    }
}
