package io.github.duckpool.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The error of a file that another process holds is known, and says who it is. */
@Timeout(60)
class FileLockErrorTest {
    @TempDir
    Path directory;

    /** A child JVM that opens a database and holds it until it is told to stop. */
    public static final class Holder {
        public static void main(String[] args) throws Exception {
            Properties properties = new Properties();
            properties.setProperty(DuckDBDriver.DUCKDB_READONLY_PROPERTY, args[1]);
            try (Connection c = DriverManager.getConnection("jdbc:duckdb:" + args[0], properties)) {
                System.out.println("open " + c.isReadOnly());
                System.out.flush();
                if (System.in.read() < 0) {
                    return;
                }
            }
        }
    }

    private static Process holder(Path file, boolean readOnly) throws IOException {
        List<String> command = ChildJvm.java();
        command.addAll(List.of(
                "-Dfile.encoding=UTF-8",
                "-Dsun.jnu.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                file.toString(),
                String.valueOf(readOnly)));
        Process holder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(holder.getInputStream().read()).isEqualTo('o');
        return holder;
    }

    @Test
    void theFileIsLockedByAnotherProcess() throws Exception {
        Path file = directory.resolve("a b'c\"\"q (PID 7) by user x.db");
        RealErrorsTest.open(file).close();
        for (boolean readOnly : new boolean[] {false, true}) {
            Process holder = holder(file, readOnly);
            try {
                for (RealErrorsTest.Work work : new RealErrorsTest.Work[] {
                    () -> RealErrorsTest.open(file).close(),
                    () -> {
                        try (Connection c = DriverManager.getConnection("jdbc:duckdb:")) {
                            RealErrorsTest.run(c, "ATTACH '" + file.toString().replace("'", "''") + "' AS other");
                        }
                    }
                }) {
                    RealErrorsTest.expect(Kind.FILE_LOCKED, work);
                    DuckError error = DuckError.classify(RealErrorsTest.thrown(work));
                    assertThat(error.file()).contains(file.toString());
                    assertThat(error.holderPid()).hasValue(holder.pid());
                    assertThat(error.holderCommand().orElseThrow()).endsWith("/java");
                    assertThat(error.holderReadsOnly()).isEqualTo(readOnly);
                }
            } finally {
                holder.destroyForcibly();
                assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
