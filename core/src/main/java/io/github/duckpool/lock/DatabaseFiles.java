package io.github.duckpool.lock;

import io.github.duckpool.lock.OpenFile.Role;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files that belong to one database, told apart by device and inode, as they were when it was made. Only their attributes are
 * read; none is opened. Immutable and thread-safe.
 */
final class DatabaseFiles {
    /** As many links in a row as Linux follows. */
    private static final int LINKS = 40;

    private static final String DELETED = " (deleted)";

    private final Path asked;
    private final Path real;
    private final @Nullable Object database;
    private final Set<Object> wals = new LinkedHashSet<>();

    private DatabaseFiles(Path asked) throws IOException {
        this.asked = asked;
        this.real = realPath(asked, LINKS);
        this.database = key(real);
        for (Path wal : walPaths()) {
            Object key = key(wal);
            if (key != null) {
                wals.add(key);
            }
        }
    }

    /**
     * Looks the files up.
     *
     * @throws FileSystemException if the path leads to a directory, or into none
     */
    static DatabaseFiles of(Path database) throws IOException {
        if (Files.isDirectory(database)) {
            throw new FileSystemException(database.toString(), null, "is a directory; name the database file in it");
        }
        return new DatabaseFiles(database);
    }

    /** The file's path without links. */
    Path real() {
        return real;
    }

    boolean exists() {
        return database != null;
    }

    /** The paths at which DuckDB may keep the log: 1.4 goes by the path that it was given, later ones by the real one. */
    Set<Path> walPaths() {
        Set<Path> paths = new LinkedHashSet<>();
        paths.add(real.resolveSibling(real.getFileName() + ".wal"));
        Path absolute = asked.toAbsolutePath();
        paths.add(absolute.resolveSibling(absolute.getFileName() + ".wal"));
        return paths;
    }

    /** Where programs queue for the file. */
    Path companion() {
        return real.resolveSibling(real.getFileName() + ".queue");
    }

    /** Whether a device and inode are those of the database or its log. */
    boolean has(@Nullable Object key) {
        return key != null && (key.equals(database) || wals.contains(key));
    }

    /**
     * Which of the files an open one is.
     *
     * @param path where the operating system says it is
     * @param key its device and inode
     * @param deleted whether no directory lists it any more, so that the path is what it was
     * @return null for any other file
     */
    @Nullable
    Role role(Path path, @Nullable Object key, boolean deleted) {
        if (key == null) {
            return null;
        }
        if (key.equals(database)) {
            return Role.DATABASE;
        }
        if (wals.contains(key)) {
            return Role.WAL;
        }
        if (deleted) {
            if (isDeleted(path, real)) {
                return Role.DATABASE;
            }
            if (walPaths().stream().anyMatch(wal -> isDeleted(path, wal))) {
                return Role.WAL;
            }
        }
        return null;
    }

    private static boolean isDeleted(Path path, Path original) {
        try {
            return path.equals(Path.of(original + DELETED));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static @Nullable Object key(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static Path realPath(Path path, int links) throws IOException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException e) {
            Path absolute = path.toAbsolutePath();
            Path name = absolute.getFileName();
            Path directory = absolute.getParent();
            if (name == null || directory == null) {
                throw e;
            }
            if (Files.isSymbolicLink(absolute) && links > 0) {
                return realPath(absolute.resolveSibling(Files.readSymbolicLink(absolute)), links - 1);
            }
            return directory.toRealPath().resolve(name);
        }
    }

    @Override
    public String toString() {
        return real.toString();
    }
}
