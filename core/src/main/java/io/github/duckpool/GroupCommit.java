package io.github.duckpool;

/**
 * How writes share commits. DuckDB syncs its write-ahead log once per commit, so writers that wait in line anyway are served
 * faster when they share one: they run one after another, in the order they came, inside one transaction, and each gets its
 * result when that is committed. If one fails, the transaction is rolled back and done again in parts, until the one that fails
 * stands alone and fails by itself. A writer who finds nobody writing is not delayed. Between two groups up to 200 µs are given to the
 * threads whose writes were just committed, to come back and share the next commit.
 *
 * <p>What it asks of the functions that are given to {@link DuckPool#write(SqlFunction)}: they may run twice, as with any retry;
 * they run on a thread of the pool whenever they had to wait, so they must not need the caller's thread-locals or locks; and
 * {@code now()} is the same for all that share a transaction.
 *
 * <p>Immutable and thread-safe.
 */
public final class GroupCommit {
    private final int limit;

    private GroupCommit(int limit) {
        this.limit = limit;
    }

    /**
     * Lets writes share commits.
     *
     * @param writes how many may share one at most, 2 to 4,096; 64 is a good choice
     * @return the setting
     * @throws IllegalArgumentException if it is out of range
     */
    public static GroupCommit upTo(int writes) {
        if (writes < 2 || writes > 4096) {
            throw new IllegalArgumentException("groupCommit must be 2 to 4096 writes, was " + writes);
        }
        return new GroupCommit(writes);
    }

    /**
     * How many writes may share a commit.
     *
     * @return two or more
     */
    public int limit() {
        return limit;
    }

    @Override
    public String toString() {
        return "GroupCommit.upTo(" + limit + ")";
    }
}
