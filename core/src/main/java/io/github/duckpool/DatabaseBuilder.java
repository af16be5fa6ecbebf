package io.github.duckpool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The part of a pool's builder that says which database is opened, and how. */
abstract sealed class DatabaseBuilder permits DuckPoolBuilder {
    DatabaseUrl url = DatabaseUrl.of(DatabaseUrl.PREFIX);

    private @Nullable String givenDatabase;
    private @Nullable String givenUrl;

    @Nullable
    DataSource dataSource;

    boolean readOnly;
    final List<String> initSql = new ArrayList<>();
    final List<String> connectionInitSql = new ArrayList<>();
    final Map<String, String> settings = new TreeMap<>();

    abstract DuckPoolBuilder self();

    final boolean namesDatabase() {
        return givenDatabase != null || givenUrl != null || dataSource != null;
    }

    /** Refuses to guess which database is meant. Without a URL, a data source may have its file named. */
    final void checkSource() {
        if (!namesDatabase()) {
            throw new IllegalArgumentException("one of database, url or dataSource must be given, was none");
        }
        if (givenDatabase != null && givenUrl != null) {
            throw new IllegalArgumentException("only one of database and url must be given, was database \""
                    + givenDatabase + "\" and url \"" + givenUrl + "\"");
        }
        if (dataSource != null && givenUrl != null) {
            throw new IllegalArgumentException("only one of url and dataSource must be given, was url \"" + givenUrl
                    + "\" and dataSource " + dataSource);
        }
        if (dataSource != null && givenDatabase != null && url.file().isEmpty()) {
            throw new IllegalArgumentException(
                    "database must be the file that dataSource opens, to take turns on it, was \"" + givenDatabase
                            + "\" and dataSource " + dataSource);
        }
    }

    /**
     * Opens a database file; DuckDB makes it if it is missing (its directory must exist).
     *
     * @param file the file's path; a link or a relative path names the same database as the file's real path
     * @return the builder
     */
    public DuckPoolBuilder database(Path file) {
        return database(file.toString());
    }

    /**
     * Opens a database by its path, or {@code ":memory:"} for one database in memory that all connections of this pool share.
     *
     * @param pathOrMemory the path, or {@code :memory:}
     * @return the builder
     * @throws IllegalArgumentException if it is blank or contains a semicolon
     */
    public DuckPoolBuilder database(String pathOrMemory) {
        url = DatabaseUrl.ofDatabase(pathOrMemory);
        givenDatabase = pathOrMemory;
        return self();
    }

    /**
     * Opens a JDBC URL of DuckDB. {@code jdbc:duckdb:} gives one database in memory, shared by all connections of this pool.
     *
     * @param url a URL that starts with {@code jdbc:duckdb:}; settings may follow after semicolons, and win over the builder's.
     *     {@code user} and {@code password} are left out, since DuckDB has none and would count them as another configuration
     * @return the builder
     * @throws IllegalArgumentException if it is not a DuckDB URL
     */
    public DuckPoolBuilder url(String url) {
        this.url = DatabaseUrl.of(url);
        this.url.settings().forEach(this::interpret);
        givenUrl = this.url.url();
        return self();
    }

    /**
     * Opens a JDBC URL of DuckDB with connection properties, which are DuckDB settings.
     *
     * @param url as for {@link #url(String)}
     * @param properties settings as for {@link #setting(String, String)}
     * @return the builder
     * @throws IllegalArgumentException if it is not a DuckDB URL
     */
    public DuckPoolBuilder url(String url, Properties properties) {
        for (String name : properties.stringPropertyNames()) {
            setting(name, properties.getProperty(name));
        }
        return url(url);
    }

    /**
     * Wraps an existing data source of DuckDB connections. Its first connection becomes the anchor from which the others are
     * duplicated; where that is not possible each connection is asked of the data source. The pool doesn't close the data
     * source. To take turns on its file with other processes, also name the file by {@link #database(Path)} and choose a
     * {@link DuckPoolBuilder#sharing(Sharing)}; the data source must then not keep connections of its own.
     *
     * @param dataSource gives connections to one DuckDB database
     * @return the builder
     */
    public DuckPoolBuilder dataSource(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
        return self();
    }

    /**
     * Opens the database read-only; a file is then shared with other readers by {@link Sharing#readOnly()}.
     *
     * @param readOnly the default is false
     * @return the builder
     */
    public DuckPoolBuilder readOnly(boolean readOnly) {
        this.readOnly = readOnly;
        return self();
    }

    /**
     * Adds SQL that runs once each time the database is opened, before anyone gets a connection. Session settings made here
     * are inherited by every connection.
     *
     * @param sql one statement or several
     * @return the builder
     */
    public DuckPoolBuilder initSql(String sql) {
        initSql.add(SettingRules.notBlank("initSql", sql));
        return self();
    }

    /**
     * Adds SQL that runs on each new connection.
     *
     * @param sql one statement or several
     * @return the builder
     */
    public DuckPoolBuilder connectionInitSql(String sql) {
        connectionInitSql.add(SettingRules.notBlank("connectionInitSql", sql));
        return self();
    }

    /**
     * Sets one of DuckDB's own settings for the database, such as {@code memory_limit} or {@code threads}. On a database that
     * a wrapped data source opens it is set afterwards, so it must be one that may change while the database runs.
     *
     * @param name the name that DuckDB gives it; {@code user} and {@code password} are left out, {@code duckdb.read_only} and
     *     {@code access_mode} mean {@link #readOnly(boolean)}
     * @param value its value; DuckDB checks it when the database is opened
     * @return the builder
     * @throws IllegalArgumentException if name or value is blank, or {@code jdbc_pin_db} would keep the file locked after
     *     {@link DuckPool#close()}
     */
    public DuckPoolBuilder setting(String name, String value) {
        SettingRules.notBlank("setting", name);
        if (!DatabaseUrl.isCredential(name)) {
            SettingRules.notBlank("setting " + name, value);
            if (!interpret(name, value)) {
                settings.put(name, value);
            }
        }
        return self();
    }

    /** Settings that are not DuckDB's alone: the pool has to know of them. */
    private boolean interpret(String name, String value) {
        if (name.equals(DatabaseUrl.READ_ONLY)) {
            readOnly = Boolean.parseBoolean(value);
            return true;
        }
        if (name.equalsIgnoreCase("access_mode")) { // DuckDB's own, unlike the driver's around it
            readOnly = value.equalsIgnoreCase("READ_ONLY");
            return readOnly;
        }
        if (name.equals("jdbc_pin_db") && !value.equalsIgnoreCase("false")) {
            throw new IllegalArgumentException(
                    "setting jdbc_pin_db must be false, for it keeps the file locked after the pool is closed, was \""
                            + value + "\"");
        }
        return false;
    }

    /**
     * How many threads DuckDB uses for queries; its setting {@code threads}.
     *
     * @param threads one or more; DuckDB's default is one per core
     * @return the builder
     * @throws IllegalArgumentException if it is less than one
     */
    public DuckPoolBuilder threads(int threads) {
        return setting("threads", Integer.toString(SettingRules.range("threads", threads, 1, 4096)));
    }

    /**
     * How much memory DuckDB may use; its setting {@code memory_limit}.
     *
     * @param memoryLimit as DuckDB reads it, such as {@code 2GB}; its default is 80 % of the machine's memory
     * @return the builder
     */
    public DuckPoolBuilder memoryLimit(String memoryLimit) {
        return setting("memory_limit", memoryLimit);
    }
}
