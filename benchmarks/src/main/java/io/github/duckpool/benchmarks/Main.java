package io.github.duckpool.benchmarks;

import io.github.duckpool.benchmarks.borrow.BorrowFamily;
import io.github.duckpool.benchmarks.borrow.OversubscriptionFamily;
import io.github.duckpool.benchmarks.harness.Benchmarks;
import io.github.duckpool.benchmarks.harness.Family;
import io.github.duckpool.benchmarks.mutex.MutexFamily;
import io.github.duckpool.benchmarks.processes.HandOverFamily;
import io.github.duckpool.benchmarks.processes.HoldersFamily;
import io.github.duckpool.benchmarks.processes.ProcessesFamily;
import io.github.duckpool.benchmarks.processes.SharingFamily;
import io.github.duckpool.benchmarks.processes.TurnsFamily;
import io.github.duckpool.benchmarks.retry.RetryFamily;
import io.github.duckpool.benchmarks.scale.ScaleFamily;
import io.github.duckpool.benchmarks.scale.SoakFamily;
import io.github.duckpool.benchmarks.statement.StatementFamily;
import io.github.duckpool.benchmarks.write.BulkFamily;
import io.github.duckpool.benchmarks.write.WriteFamily;
import java.util.List;

/** The entry of the executable jar. */
public final class Main {
    private Main() {}

    /**
     * Every family, in the order of the report.
     *
     * @return the families
     */
    public static List<Family> families() {
        return List.of(
                new BorrowFamily(),
                new OversubscriptionFamily(),
                new ScaleFamily(),
                new SoakFamily(),
                new StatementFamily(),
                new RetryFamily(),
                new WriteFamily(),
                new BulkFamily(),
                new HandOverFamily(),
                new ProcessesFamily(),
                new SharingFamily(),
                new TurnsFamily(),
                new HoldersFamily(),
                new MutexFamily());
    }

    /**
     * Runs a command of {@link Benchmarks}.
     *
     * @param args the command and its arguments
     * @throws Exception if the run could not go on
     */
    public static void main(String[] args) throws Exception {
        int code = new Benchmarks(families()).run(args);
        if (code != 0) {
            System.exit(code);
        }
    }
}
