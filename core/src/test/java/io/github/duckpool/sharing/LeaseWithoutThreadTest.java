package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.DuckPool;
import io.github.duckpool.ThreadShortage;
import io.github.duckpool.internal.lease.FileOpener;
import io.github.duckpool.internal.lease.LeaseTerms;
import io.github.duckpool.internal.lease.PathLease;
import io.github.duckpool.internal.lease.Tenant;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool whose process can't start the thread that would take its turn: who borrows is told, and later borrowers suffer nothing. */
@Timeout(120)
class LeaseWithoutThreadTest {
    @TempDir
    Path directory;

    private String printed(Path database) throws Exception {
        return ChildJvm.run(directory, ThreadShortage.prefix(), Borrowing.class, database.toString());
    }

    @Test
    void aFileIsOpenedWhenThereIsAThreadAgain() throws Exception {
        assertThat(printed(directory.resolve("letters.duckdb")))
                .containsPattern("in the shortage: java.sql.SQL.*no thread can be started.*OutOfMemoryError")
                .contains("then: a connection");
    }

    @Test
    void aPathThatLeadsNowhereIsLookedAtWhenThereIsAThreadAgain() throws Exception {
        assertThat(printed(directory.resolve("nowhere").resolve("letters.duckdb")))
                .containsPattern("in the shortage: java.sql.SQL.*no thread can be started.*OutOfMemoryError")
                .containsPattern("then: .*does not exist");
    }

    /** Whoever asked ahead of need is not served, and must not count for one who is there when a borrower asks later. */
    @Test
    void whoAskedAheadOfNeedIsForgotten() throws Exception {
        assertThat(ChildJvm.run(
                        directory,
                        ThreadShortage.prefix(),
                        AskingAhead.class,
                        directory.resolve("letters.duckdb").toString()))
                .contains("in the shortage: java.lang.OutOfMemoryError")
                .contains("then: ahead false");
    }

    /** Asks for a file while no thread can be had and nobody waits, and after that for one who waits. */
    static final class AskingAhead {
        public static void main(String[] args) throws Exception {
            var waits = new AtomicBoolean();
            var patience = new CompletableFuture<Boolean>();
            Tenant tenant = tenant(waits, patience);
            var terms = new LeaseTerms("letters", false, true, 0, 0, false, 0, false, Map.of(), alert -> {});
            var lease = new PathLease(Path.of(args[0]), terms, opener(), tenant);
            ThreadShortage.begin();
            try {
                lease.request();
                System.out.println("in the shortage: asked");
            } catch (Error e) {
                System.out.println("in the shortage: " + e);
            }
            ThreadShortage.end();
            waits.set(true);
            lease.request();
            System.out.println("then: ahead " + patience.get(60, TimeUnit.SECONDS));
            lease.close();
        }

        private static Tenant tenant(AtomicBoolean waits, CompletableFuture<Boolean> patience) {
            return (Tenant) Proxy.newProxyInstance(
                    Tenant.class.getClassLoader(), new Class<?>[] {Tenant.class}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "wanted":
                                return waits.get();
                            case "patienceNanos":
                                patience.complete((Boolean) arguments[0]);
                                return 0L;
                            case "failed":
                                waits.set(false);
                                return null;
                            default:
                                throw new AssertionError(method.getName());
                        }
                    });
        }

        private static FileOpener opener() {
            return (FileOpener) Proxy.newProxyInstance(
                    FileOpener.class.getClassLoader(),
                    new Class<?>[] {FileOpener.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("retry")) {
                            throw new SQLException("nothing is opened here");
                        }
                        return null;
                    });
        }
    }

    /** Borrows from a pool while no thread can be had, and after that. */
    static final class Borrowing {
        public static void main(String[] args) throws Exception {
            // Unpacks the driver's library, by no pool, whose threads would come to their end in the shortage, and
            // leave room.
            DriverManager.getConnection("jdbc:duckdb:").close();
            try (DuckPool pool =
                    DuckPool.builder().database(Path.of(args[0])).threads(1).build()) {
                ThreadShortage.begin();
                try {
                    System.out.println("in the shortage: " + pool.getConnection(Duration.ofSeconds(5)));
                } catch (SQLException | Error e) {
                    System.out.println("in the shortage: " + e);
                }
                ThreadShortage.end();
                try (Connection connection = pool.getConnection(Duration.ofMinutes(1))) {
                    System.out.println("then: a connection " + connection);
                } catch (SQLException e) {
                    System.out.println("then: " + e);
                }
            }
        }
    }
}
