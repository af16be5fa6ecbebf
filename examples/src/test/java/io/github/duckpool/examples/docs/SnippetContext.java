package io.github.duckpool.examples.docs;

import io.github.duckpool.DuckPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import javax.sql.DataSource;
import org.duckdb.DuckDBDriver;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/**
 * What the pages' code finds when it runs: {@code letters.duckdb} with some letters, a data source on it, and a pool on a
 * database of its own with the same letters, so that a page may open {@code letters.duckdb} with any settings.
 */
public abstract class SnippetContext {
    private static final Path FILE = Path.of("letters.duckdb");
    private static final Path SERVICE_FILE = Path.of("service.duckdb");

    /** A service's pool. */
    protected final DuckPool pool = DuckPool.builder().database(SERVICE_FILE).build();

    /** What a service has already. */
    protected final DataSource existing = new SimpleDriverDataSource(new DuckDBDriver(), "jdbc:duckdb:" + FILE);

    /** The page's code. */
    public abstract void run() throws Exception;

    /** Runs the named snippets one after another, each on a fresh database in the working directory. */
    public static void main(String[] classNames) throws Exception {
        for (String className : classNames) {
            makeLetters(FILE);
            makeLetters(SERVICE_FILE);
            System.out.println("running " + className);
            SnippetContext snippet = (SnippetContext)
                    Class.forName(className).getDeclaredConstructor().newInstance();
            snippet.run();
            snippet.pool.close();
        }
        System.out.println("ran " + classNames.length);
        // A thread that a snippet left behind must not keep this process.
        Runtime.getRuntime().halt(0);
    }

    private static void makeLetters(Path file) throws Exception {
        Files.deleteIfExists(file);
        Files.deleteIfExists(Path.of(file + ".wal"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE letters(id INTEGER PRIMARY KEY, title VARCHAR, body VARCHAR, views INTEGER)");
            statement.execute("INSERT INTO letters SELECT i, 'letter ' || i, 'Dear reader', 0 FROM range(1, 101) r(i)");
        }
    }
}
