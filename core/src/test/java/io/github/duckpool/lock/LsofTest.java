package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.OpenFile.Role;
import io.github.duckpool.lock.Termination.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What lsof prints. {@link #RECORDED} is what lsof 4.95 printed on Linux for a Python program with DuckDB 2.0, less the fields that are
 * not asked for and with paths made whole. {@link #OF_A_MAC} was <em>not</em> recorded: it is put together from lsof(8), with a blank lock status, since lsof knows no locks on macOS. The live
 * tests run lsof where it is installed; no run on a Mac stands behind them.
 */
@DisabledOnOs(OS.WINDOWS)
class LsofTest {
    private static final Map<Long, Role> ROLES = Map.of(10141905L, Role.DATABASE, 10141937L, Role.WAL);

    private static final String RECORDED = "p24257\0cpython\0Lroot\0\n"
            + "f3\0au\0lW\0i10141905\0n/tmp/x.duckdb\0\n"
            + "f4\0aw\0lW\0i10141937\0n/tmp/x.duckdb.wal\0\n";

    private static final String OF_A_MAC = "p501\0cjava\0Lann\0\n"
            + "f12\0au\0l \0i10141905\0n/Users/ann/new\\nline.duckdb\0\n"
            + "p777\0cPython\0Lann\0\n"
            + "ftxt\0a \0l \0i10141905\0n/Users/ann/new\\nline.duckdb\0\n"
            + "f5\0ar\0l \0i10141905\0n/Users/ann/new\\nline.duckdb\0\n"
            + "p778\0cmds\0L0\0\n"
            + "ftxt\0a \0l \0i10141905\0n/Users/ann/new\\nline.duckdb\0\n"
            + "f6\0ar\0l \0i4\0n/Users/ann/other\0\n";

    @Test
    void aLockThatLsofTellsIsBelievedOnAnyPlatform() {
        String told = "p501\0cjava\0Lann\0\nf12\0au\0lR\0i10141905\0n/x\0\nf13\0ar\0lN\0i10141905\0n/x\0\n";
        assertThat(LsofOutput.parse(told, ROLES, false).get(0).open())
                .extracting(OpenFile::lock)
                .containsExactly(Mode.READ, Mode.NONE);
    }

    @Test
    void recordedOutput() {
        List<LsofOutput.Entry> entries = LsofOutput.parse(RECORDED, ROLES, true);
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).pid()).isEqualTo(24257);
        assertThat(entries.get(0).command()).isEqualTo("python");
        assertThat(entries.get(0).user()).contains("root");
        assertThat(entries.get(0).open())
                .containsExactly(
                        new OpenFile(3, Role.DATABASE, "/tmp/x.duckdb", true, Mode.WRITE, false),
                        new OpenFile(4, Role.WAL, "/tmp/x.duckdb.wal", true, Mode.WRITE, false));
    }

    @Test
    void locksAreInferredWhereLsofKnowsNone() {
        List<LsofOutput.Entry> entries = LsofOutput.parse(OF_A_MAC, ROLES, false);
        assertThat(entries).extracting(LsofOutput.Entry::pid).containsExactly(501L, 777L);
        assertThat(entries.get(0).open().get(0).lock()).isEqualTo(Mode.WRITE);
        assertThat(entries.get(1).open())
                .containsExactly(
                        new OpenFile(5, Role.DATABASE, "/Users/ann/new\\nline.duckdb", false, Mode.READ, false));
    }

    @Test
    void nothingAndNonsense() {
        assertThat(LsofOutput.parse("", ROLES, true)).isEmpty();
        assertThat(LsofOutput.parse("f3\0au\0i10141905\0\n", ROLES, true)).isEmpty();
        assertThat(LsofOutput.parse("p1\0c\0\nf\0i\0\nfcwd\0i10141905\0\n", ROLES, true))
                .isEmpty();
    }

    @Test
    void live(@TempDir Path directory) throws Exception {
        ForeignProcess.skipUnless(LsofView.isThere(), "lsof is not installed");
        Path file = directory.resolve("two words.duckdb");
        try (ForeignProcess python = ForeignProcess.duckdb(file, false)) {
            LockHolders seen = look(file);
            assertThat(seen.source()).isEqualTo(LockHolders.Source.LSOF);
            assertThat(seen.holders()).hasSize(1);
            LockHolder holder = seen.holders().get(0);
            assertThat(holder.pid()).isEqualTo(python.pid());
            assertThat(holder.mode()).isEqualTo(Mode.WRITE);
            assertThat(holder.kind()).isEqualTo(LockHolder.Kind.PYTHON);
            assertThat(holder.user()).isEqualTo(LockHoldersTest.ownUser());
            assertThat(holder.started()).isPresent();
            assertThat(holder.terminate(Duration.ofMinutes(2)).isFreed()).isTrue();
            assertThat(python.process().waitFor()).isNotZero();
            assertThat(holder.terminate(Duration.ZERO).outcome()).isEqualTo(Outcome.ALREADY_GONE);
        }
        assertThat(look(file).isFree()).isTrue();
    }

    private static LockHolders look(Path file) throws Exception {
        DatabaseFiles files = DatabaseFiles.of(file);
        return new LockHolders(files, new LsofView(files).look());
    }
}
