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

/** What the pages' code finds when it runs: a database with some letters, a pool on it, and another data source. */
public abstract class SnippetContext {
    private static final Path FILE = Path.of("letters.duckdb");

    /** A pool on {@code letters.duckdb}. */
    protected final DuckPool pool = DuckPool.builder().database(FILE).build();

    /** What a service has already. */
    protected final DataSource existing = new SimpleDriverDataSource(new DuckDBDriver(), "jdbc:duckdb:" + FILE);

    /** Whether the page's code makes pools of its own: a file has one configuration per process. */
    public abstract boolean makesPools();

    /** The page's code. */
    public abstract void run() throws Exception;

    /** Runs the named snippets one after another, each on a fresh database in the working directory. */
    public static void main(String[] classNames) throws Exception {
        for (String className : classNames) {
            for (String name : new String[] {"letters.duckdb", "letters.duckdb.wal"}) {
                Files.deleteIfExists(Path.of(name));
            }
            makeLetters();
            System.out.println("running " + className);
            SnippetContext snippet = (SnippetContext)
                    Class.forName(className).getDeclaredConstructor().newInstance();
            if (snippet.makesPools()) {
                snippet.pool.close();
            }
            snippet.run();
            snippet.pool.close();
        }
        System.out.println("ran " + classNames.length);
        // A thread that a snippet left behind must not keep this process.
        Runtime.getRuntime().halt(0);
    }

    private static void makeLetters() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + FILE);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE letters(id INTEGER PRIMARY KEY, title VARCHAR, body VARCHAR, views INTEGER)");
            statement.execute("INSERT INTO letters SELECT i, 'letter ' || i, 'Dear reader', 0 FROM range(1, 101) r(i)");
        }
    }
}
