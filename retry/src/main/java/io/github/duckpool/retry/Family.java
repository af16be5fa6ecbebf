package io.github.duckpool.retry;

import io.github.duckpool.lock.DuckError;
import io.github.duckpool.lock.DuckError.Kind;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The errors that a retry can cure, in the two families that have settings of their own. */
enum Family {
    /** Another process, or the last closing in this one, holds the file. */
    FILE_LOCK("file-lock", "fileLocks"),
    /** Transactions of this process met. */
    CONFLICT("conflict", "conflicts");

    private final String suffix;
    private final String setting;

    Family(String suffix, String setting) {
        this.suffix = suffix;
        this.setting = setting;
    }

    /** What ends the name of this family's Resilience4j retry. */
    String suffix() {
        return suffix;
    }

    /** What the builder calls it. */
    String setting() {
        return setting;
    }

    /** The family that retries this kind, if a retry can cure it. */
    static @Nullable Family of(Kind kind) {
        if (!kind.retryable()) {
            return null;
        }
        return switch (kind) {
            case FILE_LOCKED, HANDLE_CONFLICT -> FILE_LOCK;
            default -> CONFLICT;
        };
    }

    /**
     * How often in a row a kind is retried at most, whatever the settings: a key that collides again after another transaction
     * committed it is an ordinary duplicate, and a handle of this process that stays open is one that somebody keeps.
     */
    static int mostRetries(Kind kind) {
        return switch (kind) {
            case CONSTRAINT_AT_COMMIT -> 1;
            case HANDLE_CONFLICT -> 6;
            default -> Integer.MAX_VALUE;
        };
    }

    /** What an error means: the error itself, or the SQL exception that a framework's exception wraps. */
    static Optional<DuckError> classify(@Nullable Throwable error) {
        Set<Throwable> seen = new HashSet<>();
        for (Throwable e = error; e != null && seen.add(e); e = e.getCause()) {
            if (e instanceof SQLException sql) {
                return Optional.of(DuckError.classify(sql));
            }
        }
        return Optional.empty();
    }

    /** Whether this family retries the error. */
    boolean cures(Throwable error) {
        return !(error instanceof Error)
                && classify(error).map(e -> of(e.kind()) == this).orElse(false);
    }
}
