package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left after an attempt to make a database is deleted only if the attempt has made it. {@link FullDiskTest} does it on a full disk. */
class StumpTest {
    private static final SQLException FULL =
            new SQLException("IO Error: Could not write file \"letters.duckdb\": No space left on device");

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    @Test
    void aDatabaseThatAnotherProgramIsJustMakingStays() throws Exception {
        Stump stump = Stump.ifNew(file());
        Files.write(file(), new byte[4096]); // the program has not written its headers yet
        SQLException unreadable =
                catchThrowableOfType(() -> DriverManager.getConnection("jdbc:duckdb:" + file()), SQLException.class);
        assertThat((Object) unreadable).isNotNull();
        stump.deleteAfter(unreadable);
        assertThat(file()).exists();
    }

    @Test
    void whatFoundNoSpaceIsDeleted() throws Exception {
        Stump stump = Stump.ifNew(file());
        Files.write(file(), new byte[4096]);
        stump.deleteAfter(FULL);
        assertThat(file()).doesNotExist();
    }

    @Test
    void whatWasThereBeforeStays() throws Exception {
        Files.write(file(), new byte[4096]);
        Stump.ifNew(file()).deleteAfter(FULL);
        assertThat(file()).exists();
    }
}
