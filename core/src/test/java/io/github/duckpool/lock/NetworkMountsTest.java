package io.github.duckpool.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Which files are left unasked, because their server might not answer. */
@DisabledOnOs(OS.WINDOWS)
class NetworkMountsTest {
    private static final String MOUNTS = "/dev/vda / ext4 rw 0 0\n"
            + "server:/data /mnt/two\\040words nfs4 rw 0 0\n"
            + "tmpfs /mnt/two\\040words/local tmpfs rw 0 0\n"
            + "//host/share /mnt/back\\134slash cifs rw 0 0\n";

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

    @Test
    void databaseOnARootThatAServerHas() {
        NetworkMounts mounts =
                NetworkMounts.parse("server:/ / nfs rw 0 0\n/dev/sda /srv ext4 rw 0 0\n", Path.of("/srv/x"));
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
