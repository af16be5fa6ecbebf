package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which files are left unasked, because their server might not answer. */
@DisabledOnOs(OS.WINDOWS)
class NetworkMountsTest {
    private static final String MOUNTS = "21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
            + "22 21 0:50 / /mnt/two\\040words rw - nfs4 server:/data rw\n"
            + "23 22 0:51 / /mnt/two\\040words/local rw master:3 propagate_from:2 - tmpfs tmpfs rw\n"
            + "24 21 0:52 / /mnt/back\\134slash rw - cifs //host/share rw\n"
            + "25 21 0:50 /letters /srv/letters rw - nfs4 server:/data/letters rw\n";

    private static NetworkMounts of(String file) {
        return NetworkMounts.parse(MOUNTS, Path.of(file));
    }

    @Test
    void filesOfServersAreNotAsked() {
        NetworkMounts mounts = of("/srv/letters.duckdb");
        assertThat(mounts.own()).isEmpty();
        assertThat(mounts.contain(Path.of("/mnt/two words/x"))).isTrue();
        assertThat(mounts.contain(Path.of("/mnt/back\\slash/x"))).isTrue();
        assertThat(mounts.contain(Path.of("/mnt/two words/local/x"))).isFalse();
        assertThat(mounts.contain(Path.of("/mnt/two words2/x"))).isFalse();
        assertThat(mounts.contain(Path.of("/srv/letters.duckdb"))).isFalse();
    }

    @Test
    void butThoseWhereTheDatabaseLiesAre() {
        NetworkMounts mounts = of("/mnt/two words/letters.duckdb");
        assertThat(mounts.own()).contains("nfs4");
        assertThat(mounts.contain(Path.of("/mnt/two words/letters.duckdb"))).isFalse();
        assertThat(mounts.contain(Path.of("/mnt/back\\slash/x"))).isTrue();
        assertThat(of("/mnt/two words/local/letters.duckdb").own()).isEmpty();
    }

    /** Its holder may have opened it there: a lock whose owner showed no descriptor would count for nothing. */
    @Test
    void andThoseOfItsFileSystemUnderAnotherPlace() {
        for (String file : new String[] {"/mnt/two words/letters.duckdb", "/srv/letters/letters.duckdb"}) {
            NetworkMounts mounts = of(file);
            assertThat(mounts.contain(Path.of("/srv/letters/letters.duckdb"))).isFalse();
            assertThat(mounts.contain(Path.of("/mnt/two words/letters/letters.duckdb")))
                    .isFalse();
            assertThat(mounts.contain(Path.of("/mnt/back\\slash/x"))).isTrue();
        }
    }

    @Test
    void databaseOnARootThatAServerHas() {
        NetworkMounts mounts = NetworkMounts.parse(
                "21 1 0:9 / / rw - nfs server:/ rw\n22 21 8:0 / /srv rw - ext4 /dev/sda rw\n", Path.of("/srv/x"));
        assertThat(mounts.contain(Path.of("/srv/x"))).isFalse();
        assertThat(mounts.contain(Path.of("/usr/lib/x.so"))).isTrue();
    }

    @Test
    void octalEscapes() {
        assertThat(NetworkMounts.unescape("a\\040b\\011c\\012d\\134e")).isEqualTo("a b\tc\nd\\e");
        assertThat(NetworkMounts.unescape("\\0")).isEqualTo("\\0");
        assertThat(NetworkMounts.unescape("\u00c4")).isEqualTo("\ufffd"); // a byte that is no UTF-8
        assertThat(NetworkMounts.unescape("\u00c3\u0084")).isEqualTo("\u00c4");
    }
}
