package io.github.duckpool.internal.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.duckpool.mutex.FileMutex;
import io.github.duckpool.observe.Alert;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each kind of failure leads to, whatever a retry policy makes of it; no time goes by. */
class OpenAttemptsTest {
    private static final OpenDatabase DATABASE = new OpenDatabase() {
        @Override
        public Connection connect() {
            throw new AssertionError("nobody connects");
        }

        @Override
        public void close() {}
    };

    @TempDir
    Path directory;

    private Path file;
    private final List<Exception> failures = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();
    private final List<Alert> alerts = new ArrayList<>();
    private boolean wanted = true;
    private int attempts;

    /** What the policy makes of a failure. */
    private UnaryOperator<Exception> wrapping = error -> error;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("letters.duckdb");
    }

    private final class Attempt implements FileOpener {
        @Override
        public OpenDatabase open(Path path) throws SQLException {
            if (failures.size() == attempts++) {
                return DATABASE;
            }
            throwIt(failures.get(attempts - 1));
            throw new AssertionError("a failure throws");
        }

        @Override
        public void prepare() {}

        @Override
        public OpenDatabase retry(Opener attempt, long budgetNanos) throws SQLException {
            try {
                return attempt.open();
            } catch (SQLException e) {
                throwIt(wrapping.apply(e));
                throw e;
            }
        }

        @Override
        public boolean reportsHolder() {
            return true;
        }
    }

    private static void throwIt(Exception failure) throws SQLException {
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        throw (SQLException) failure;
    }

    private OpenDatabase open() throws Exception {
        var terms = new LeaseTerms("letters", false, true, 0, 0, false, 0, false, Map.of(), alerts::add);
        var tenancy =
                new FileTenancy(new FileLease(FileMutex.of(file), false), terms, new Attempt(), new IdleTenant(wanted));
        if (wanted) {
            tenancy.askAgain();
        }
        return new OpenAttempts(file, pauses::add).open(tenancy);
    }

    private WrittenMeanwhileException written() {
        return new WrittenMeanwhileException("letters", file);
    }

    private WrittenMeanwhileException writtenAndUnreadable() {
        return new WrittenMeanwhileException("letters", file, damaged());
    }

    private static SQLException damaged() {
        return new SQLException("IO Error: Corrupt database file: computed checksum 1 does not match 2");
    }

    private SQLException locked() {
        return new SQLException("IO Error: Could not set lock on file \"" + file
                + "\": Conflicting lock is held in /usr/bin/python3 (PID 7). See also https://duckdb.org");
    }

    @Test
    void whatSomebodyWroteToMeanwhileIsOpenedAgainAtOnceAndThenAfterPauses() throws Exception {
        failures.addAll(List.of(written(), written(), written()));
        assertThat(open()).isSameAs(DATABASE);
        assertThat(attempts).isEqualTo(4);
        assertThat(pauses).hasSize(2).isSorted();
        assertThat(alerts).extracting(Alert::kind).containsOnly(Alert.Kind.FILE_HELD);
    }

    @Test
    void whatCouldNotBeReadBesideAWriterIsOpenedAgainToo() throws Exception {
        failures.addAll(List.of(writtenAndUnreadable(), writtenAndUnreadable()));
        assertThat(open()).isSameAs(DATABASE);
        assertThat(attempts).isEqualTo(3);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void aFileThatIsDamagedWithoutAWriterIsReportedAtOnce() {
        failures.addAll(List.of(writtenAndUnreadable(), damaged()));
        assertThatThrownBy(this::open).isSameAs(failures.get(1));
        assertThat(attempts).isEqualTo(2);
    }

    /** Somebody who writes for ever must not hide that the file is damaged. */
    @Test
    void aFileThatStaysDamagedBesideAWriterIsReportedInTheEnd() {
        for (int i = 0; i < 1_000; i++) {
            failures.add(writtenAndUnreadable());
        }
        assertThatThrownBy(this::open).isInstanceOf(SQLException.class).hasMessageContaining("Corrupt database file");
        assertThat(attempts).isBetween(5, 50);
    }

    @Test
    void whoCanBeReadInBetweenStartsTheCountAnew() throws Exception {
        for (int i = 0; i < 100; i++) {
            failures.add(i % 5 == 4 ? written() : writtenAndUnreadable());
        }
        assertThat(open()).isSameAs(DATABASE);
    }

    @Test
    void aPolicyThatWrapsTheFailureDoesNotHideIt() throws Exception {
        wrapping = error -> new SQLException("gave up", error);
        failures.addAll(List.of(written(), writtenAndUnreadable(), locked(), written()));
        assertThat(open()).isSameAs(DATABASE);
        assertThat(attempts).isEqualTo(5);
    }

    @Test
    void aPolicyThatKeepsNoCauseDoesNotEither() throws Exception {
        wrapping = error -> new SQLException("gave up");
        failures.addAll(List.of(written(), locked()));
        assertThat(open()).isSameAs(DATABASE);
    }

    @Test
    void aPolicyThatThrowsUncheckedDoesNotEither() throws Exception {
        wrapping = error -> new IllegalStateException("gave up", error);
        failures.addAll(List.of(written(), locked()));
        assertThat(open()).isSameAs(DATABASE);
    }

    @Test
    void whatNoWaitingCuresIsThrownAsThePolicyMadeIt() {
        var wrapped = new SQLException("gave up");
        wrapping = error -> wrapped;
        failures.add(damaged());
        assertThatThrownBy(this::open).isSameAs(wrapped);
    }

    @Test
    void nothingIsOpenedThatNobodyWantsWhateverThePolicyMakesOfThat() throws Exception {
        wanted = false;
        wrapping = error -> new SQLException("gave up");
        assertThat(open()).isNull();
        assertThat(attempts).isZero();
    }
}
