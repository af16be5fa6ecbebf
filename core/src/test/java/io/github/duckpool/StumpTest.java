package io.github.duckpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left after an attempt to make a database is deleted only if the attempt has made it. {@link FullDiskTest} does it on a full disk. */
class StumpTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("letters.duckdb");
    }

    private static SQLException writeFailed(Path file, String reason) {
        return new SQLException("IO Error: Could not write file \"" + file + "\": " + reason);
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

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "File too large", "Input/output error"})
    void whatCouldNotBeWrittenIsDeleted(String reason) throws Exception {
        Stump stump = Stump.ifNew(file());
        Files.write(file(), new byte[4096]);
        stump.deleteAfter(writeFailed(file(), reason));
        assertThat(file()).doesNotExist();
    }

    @Test
    void whatWasThereBeforeStays() throws Exception {
        Files.write(file(), new byte[4096]);
        Stump.ifNew(file()).deleteAfter(writeFailed(file(), "No space left on device"));
        assertThat(file()).exists();
    }

    @Test
    void whatThisProcessHasNotWrittenToStays() throws Exception {
        Stump stump = Stump.ifNew(file());
        Files.write(file(), new byte[4096]); // by somebody who found room for it
        stump.deleteAfter(new SQLException("IO Error: Cannot open file \"" + file() + "\": No space left on device"));
        stump.deleteAfter(writeFailed(directory.resolve("other.duckdb"), "No space left on device"));
        assertThat(file()).exists();
    }

    @Test
    void whatHoldsADatabaseStays() throws Exception {
        Stump stump = Stump.ifNew(file());
        DriverManager.getConnection("jdbc:duckdb:" + file()).close();
        stump.deleteAfter(writeFailed(file(), "Input/output error"));
        assertThat(file()).exists();
    }
}
