package io.github.duckpool.cli;

import io.github.duckpool.lock.DuckError;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.sql.SQLException;

/** What to say of an error: what happened, to what, and what to do. */
final class FailureText {
    private FailureText() {}

    static String of(Exception failure) {
        String message = failure.getMessage();
        if (failure instanceof CommandFailure) {
            return String.valueOf(message);
        }
        if (failure instanceof FileSystemException file) {
            return file.getFile() + ": " + reason(file);
        }
        if (failure instanceof SQLException sql) {
            return DuckError.classify(sql).message();
        }
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String reason(FileSystemException failure) {
        if (failure.getReason() != null) {
            return failure.getReason();
        }
        if (failure instanceof NoSuchFileException) {
            return "no such file; check its name";
        }
        if (failure instanceof AccessDeniedException) {
            return "this user may not look at it; become its owner, or ask for the permission on its directories";
        }
        if (failure instanceof NotDirectoryException) {
            return "a part of its path is no directory; check its name";
        }
        if (failure instanceof FileSystemLoopException) {
            return "its symbolic links lead in a circle; make the last one lead to the file";
        }
        return failure.getClass().getSimpleName() + "; check its path";
    }
}
