package io.github.duckpool.cli;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** What can be told of a database file by its attributes and its surroundings, without opening it. */
final class FileFacts {
    private static final long LITTLE_SPACE = 100L << 20;

    private final Path file;
    private final Findings findings;

    FileFacts(Path file, Findings findings) {
        this.file = file;
        this.findings = findings;
    }

    void find(boolean held) throws IOException {
        long bytes = Files.size(file);
        findings.facts().with("bytes", bytes);
        size(bytes);
        permissions();
        log(held);
        strayLogs();
        space(bytes);
    }

    private void size(long bytes) throws IOException {
        if (Files.isRegularFile(file)) {
            findings.ok("size", Text.size(bytes) + ", changed " + ago(file));
        } else {
            findings.problem("size", "it is no plain file; name the database file itself");
        }
    }

    private void permissions() throws IOException {
        boolean reads = Files.isReadable(file);
        boolean writes = Files.isWritable(file);
        Path directory = directory();
        boolean makes = Files.isWritable(directory);
        findings.facts().with("readable", reads).with("writable", writes).with("directoryWritable", makes);
        String owner = owner();
        if (!reads) {
            findings.problem(
                    "permission", "this user may not read it" + owner + "; let its owner allow it (chmod, chgrp)");
        } else if (Files.getFileStore(file).isReadOnly()) {
            findings.warn(
                    "permission",
                    "the file system is mounted read-only: the database can be opened read-only alone, by anybody"
                            + owner);
        } else if (!writes) {
            findings.warn("permission", "this user may read it, and not write it" + owner);
        } else if (!makes) {
            findings.problem(
                    "permission",
                    "this user may not make files in " + Text.line(directory.toString())
                            + ", where DuckDB's log and the queue have to be; make the directory writable");
        } else {
            findings.ok("permission", "this user may read and write it" + owner);
        }
    }

    private String owner() throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return "";
        }
        var attributes = Files.readAttributes(file, PosixFileAttributes.class);
        String permissions = PosixFilePermissions.toString(attributes.permissions());
        findings.facts().with("owner", attributes.owner().getName()).with("permissions", permissions);
        return " (" + permissions + ", of " + attributes.owner().getName() + ")";
    }

    private void log(boolean held) throws IOException {
        Path wal = file.resolveSibling(file.getFileName() + ".wal");
        try {
            long bytes = Files.size(wal);
            findings.facts().with("walBytes", bytes);
            if (held || bytes == 0) {
                findings.ok("log", Text.size(bytes) + ", changed " + ago(wal));
            } else {
                findings.warn(
                        "log",
                        Text.size(bytes) + ", left by a process that ended without closing the database " + ago(wal)
                                + ": don't delete it, it has committed work in it that the next open for writing brings in");
            }
        } catch (NoSuchFileException e) {
            findings.facts().with("walBytes", 0);
            findings.ok("log", "none: everything is in the file");
        }
    }

    /** Of another name beside the database: it may have been renamed without its log. */
    private void strayLogs() {
        try {
            List<Path> logs = OrphanedLogs.in(directory());
            findings.facts().with("strayLogs", logs.stream().map(Path::toString).toList());
            if (!logs.isEmpty()) {
                findings.warn(
                        "stray log",
                        logs.stream()
                                        .map(log -> Text.line(String.valueOf(log.getFileName())))
                                        .collect(Collectors.joining(", "))
                                + ", without a database of that name beside it: if this database had that name, it was renamed"
                                + " without its log, and lacks what was committed last; close it, and rename the log to "
                                + Text.line(OrphanedLogs.of(file).getFileName() + "")
                                + " before anybody opens it");
            }
        } catch (IOException e) {
            findings.facts().with("strayLogs", List.of()); // this user may not list the directory
        }
    }

    private void space(long bytes) throws IOException {
        FileStore store = Files.getFileStore(file);
        long free = store.getUsableSpace();
        findings.facts().with("freeBytes", free).with("fileSystem", store.type());
        if (free < Math.max(LITTLE_SPACE, bytes / 10)) {
            findings.warn(
                    "disk", Text.size(free) + " free, which is little: a checkpoint or a large query may need more");
        } else {
            findings.ok("disk", Text.size(free) + " free");
        }
        FileSystems.warning(store.type())
                .ifPresentOrElse(
                        warning -> findings.warn("file system", store.type() + " is " + warning),
                        () -> findings.ok("file system", store.type()));
    }

    private Path directory() {
        Path directory = file.toAbsolutePath().getParent();
        return directory == null ? file.toAbsolutePath() : directory;
    }

    private static String ago(Path path) throws IOException {
        Instant changed =
                Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
        Duration age = Duration.between(changed, Instant.now());
        return Text.time(age.isNegative() ? Duration.ZERO : age) + " ago";
    }
}
