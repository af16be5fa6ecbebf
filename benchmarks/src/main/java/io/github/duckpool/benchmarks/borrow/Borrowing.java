package io.github.duckpool.benchmarks.borrow;

import io.github.duckpool.benchmarks.harness.Apart;
import io.github.duckpool.benchmarks.harness.Busy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.openjdk.jmh.infra.Blackhole;

/** A pool from which threads borrow and to which they return at once, with no work between. */
public final class Borrowing implements Apart.Opening {
    /** How a setting is named, for {@link #open}. */
    static String setting(int size, String driver) {
        return size + " " + driver;
    }

    @Override
    public Apart.Subject open(String contender, String setting, Path directory) throws Exception {
        String[] words = setting.split(" ", 2);
        Class.forName(StubDriver.class.getName());
        String url = words[1].equals(BorrowFamily.DUCKDB)
                ? "jdbc:duckdb:" + directory.resolve("borrow.duckdb")
                : StubDriver.URL;
        ConnectionSource source = Pools.open(contender, url, Integer.parseInt(words[0]));
        return new Apart.Subject() {
            @Override
            public Busy.Client client() {
                return new Client(source);
            }

            @Override
            public void close() throws SQLException {
                source.close();
            }
        };
    }

    private static final class Client implements Busy.Client {
        private final ConnectionSource source;

        /** Lets a connection escape without a store: one into an old object is dear, with G1 dearer than a borrow. */
        private final Blackhole escape = new Blackhole(
                "Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.");

        Client(ConnectionSource source) {
            this.source = source;
        }

        @Override
        public int act() throws SQLException {
            try (Connection connection = source.getConnection()) {
                escape.consume(connection);
            }
            return 1;
        }
    }
}
