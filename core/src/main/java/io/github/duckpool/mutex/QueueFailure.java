package io.github.duckpool.mutex;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Explains why the companion file can't be used, and what to do about it. */
final class QueueFailure {
    private QueueFailure() {}

    static FileSystemException explain(Path companion, IOException cause) {
        var explained = new FileSystemException(companion.toString(), null, reason(companion, cause));
        explained.initCause(cause);
        return explained;
    }

    static FileSystemException foreignFile(Path companion, long magic) {
        return new FileSystemException(
                companion.toString(),
                null,
                "it is not a queue file of this protocol version (it begins with 0x" + Long.toHexString(magic)
                        + "); stop every program that uses the database, then delete it, or update the older program");
    }

    private static String reason(Path companion, IOException cause) {
        Path directory = companion.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            return "its directory does not exist; make " + directory + " first";
        }
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("quota exceeded")) {
            return "the disk is full, and the queue needs " + QueueFile.SIZE
                    + " bytes beside the database; free some space";
        }
        if (message.contains("no locks available")
                || message.contains("not supported")
                || message.contains("not implemented")
                || message.contains("invalid argument")) {
            return "this file system has no byte-range locks (" + cause.getMessage()
                    + "), as some network mounts; keep the database on a local disk, for DuckDB needs such locks too";
        }
        if (cause instanceof AccessDeniedException || message.contains("permission denied")) {
            return Files.exists(companion)
                    ? "this user may not read and write it; give it to the users of the database, for example with chgrp and"
                            + " chmod g+rw"
                    : "this user may not create files in " + directory
                            + "; the queue lies beside the database, so make the"
                            + " directory writable, or create an empty file of that name there that this user may write";
        }
        if (message.contains("read-only file system")) {
            return "the file system is mounted read-only, so nobody can take turns there; open the database read-only without"
                    + " a queue";
        }
        if (cause instanceof NoSuchFileException) {
            return "it vanished while it was opened; do not delete queue files";
        }
        return "it can't be used as a queue: " + cause;
    }
}
