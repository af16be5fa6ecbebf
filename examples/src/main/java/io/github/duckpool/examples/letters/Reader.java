package io.github.duckpool.examples.letters;

import io.github.duckpool.DuckPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One of the service's users: asks for letters, lists, sums and words, with a short pause between two questions. */
final class Reader implements Runnable {
    private static final long PAUSE_NANOS = Duration.ofMillis(2).toNanos();
    private static final List<String> WORDS =
            List.of("Parlament", "Commission", "Europa", "democracia", "energi", "fisheries", "diritti", "budget");

    private final DuckPool pool;
    private final Tally tally;
    private final BooleanSupplier goOn;
    private final Random random;
    private int highest = 1;

    Reader(DuckPool pool, Tally tally, BooleanSupplier goOn, long seed) {
        this.pool = pool;
        this.tally = tally;
        this.goOn = goOn;
        this.random = new Random(seed);
    }

    @Override
    public void run() {
        while (goOn.getAsBoolean()) {
            Tally.Call call = tally.ask();
            try (Connection connection = pool.getConnection()) {
                call.given();
                ask(connection, random.nextInt(100));
                call.done();
            } catch (SQLException e) {
                call.failed(e);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void ask(Connection connection, int kind) throws SQLException {
        if (kind < 75) {
            Archive.read(connection, 1 + random.nextInt(highest));
        } else if (kind < 90) {
            Archive.titles(connection, LocalDate.of(1996 + random.nextInt(16), 1 + random.nextInt(12), 1));
        } else if (kind < 98) {
            highest = Math.max(highest, Archive.years(connection));
        } else {
            Archive.search(connection, WORDS.get(random.nextInt(WORDS.size())));
        }
    }
}
