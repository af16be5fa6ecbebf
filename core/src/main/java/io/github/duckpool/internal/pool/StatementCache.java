package io.github.duckpool.internal.pool;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The idle prepared statements of one session, by their SQL; the one that was idle longest leaves first. A statement in use
 * is not in here, so that no two users ever share one. Search path and catalog need no place in the key: a session whose
 * path was changed is not lent again, and from the change on its cache is shut. Thread-safe.
 */
final class StatementCache {
    private final int size;
    private final Map<String, PreparedStatement> idle = new LinkedHashMap<>();
    private boolean shut;
    private long prepares;
    private long hits;

    StatementCache(int size) {
        this.size = size;
    }

    /** Takes the idle statement for this SQL out of the cache; null if there is none. */
    synchronized @Nullable PreparedStatement take(String sql) {
        PreparedStatement found = idle.remove(sql);
        if (found == null) {
            prepares++;
        } else {
            hits++;
        }
        return found;
    }

    /** Keeps a statement that is clean again, or closes it. */
    void put(String sql, PreparedStatement statement) {
        close(keep(sql, statement));
    }

    /** Returns what is to be closed: the statement itself, the eldest one, or nothing. */
    private synchronized @Nullable PreparedStatement keep(String sql, PreparedStatement statement) {
        if (shut || size == 0) {
            return statement;
        }
        PreparedStatement twin = idle.put(sql, statement);
        if (twin != null || idle.size() <= size) {
            return twin;
        }
        Iterator<PreparedStatement> eldest = idle.values().iterator();
        PreparedStatement leaving = eldest.next();
        eldest.remove();
        return leaving;
    }

    /** Closes what is idle. */
    void clear() {
        List<PreparedStatement> leaving;
        synchronized (this) {
            if (idle.isEmpty()) {
                return;
            }
            leaving = new ArrayList<>(idle.values());
            idle.clear();
        }
        leaving.forEach(StatementCache::close);
    }

    /** Closes what is idle and keeps nothing until {@link #reopen}. */
    void shut() {
        synchronized (this) {
            shut = true;
        }
        clear();
    }

    synchronized void reopen() {
        shut = false;
    }

    synchronized long prepares() {
        return prepares;
    }

    synchronized long hits() {
        return hits;
    }

    /** A statement that can't be closed is of no use either way; the end of the session takes it along. */
    private static void close(@Nullable PreparedStatement statement) {
        if (statement != null) {
            try {
                statement.close();
            } catch (SQLException e) {
                return;
            }
        }
    }
}
