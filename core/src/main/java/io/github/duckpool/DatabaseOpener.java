package io.github.duckpool;

import io.github.duckpool.internal.lease.NotSetUpException;
import io.github.duckpool.internal.lease.OpenDatabase;
import io.github.duckpool.internal.lease.WrittenMeanwhileException;
import io.github.duckpool.internal.pool.AnchoredDatabase;
import io.github.duckpool.internal.pool.Opening;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes one attempt to open the database that a configuration names. */
final class DatabaseOpener {
    private DatabaseOpener() {}

    /**
     * Opens it.
     *
     * @param realPath the path to open it by, where it is a file
     * @throws NotSetUpException if it is a file, and was opened, but can't be used
     */
    static OpenDatabase open(DuckPoolConfig config, @Nullable Path realPath) throws SQLException {
        DataSource source = config.dataSource().orElse(null);
        Connection anchor = source == null ? connect(config, realPath) : connect(config, source);
        try {
            return AnchoredDatabase.over(anchor, source, opening(config, realPath));
        } catch (SQLException e) {
            throw realPath == null ? e : new NotSetUpException(e);
        }
    }

    private static Opening opening(DuckPoolConfig config, @Nullable Path realPath) {
        DatabaseUrl url = config.databaseUrl();
        Map<String, String> settings = new HashMap<>(config.settings());
        settings.putAll(url.settings());
        return new Opening(
                realPath == null ? url.sharedMemory().orElse(null) : realPath.toString(),
                settings,
                config.initSql(),
                config.dataSource().isPresent());
    }

    private static Connection connect(DuckPoolConfig config, @Nullable Path file) throws SQLException {
        Map<String, String> settings = new HashMap<>(config.settings());
        if (config.readOnly()) {
            settings.put(DatabaseUrl.READ_ONLY, "true");
        }
        if (file == null) {
            return AnchoredDatabase.connect(config.url(), settings);
        }
        UnfitFile unfit = new UnfitFile(config, file);
        unfit.refuseSpecial();
        Stump stump = Stump.ifNew(file);
        var opening = UndisturbedOpening.begin(file);
        Connection anchor;
        try {
            anchor = AnchoredDatabase.connect(config.databaseUrl().at(file), settings);
        } catch (SQLException e) {
            OpenFailure failure = new OpenFailure(config, file, e);
            if (failure.mayComeFromWriting(stump.isNew()) && opening.isDisturbed()) {
                throw new WrittenMeanwhileException(config.poolName(), file, failure.explained());
            }
            stump.deleteAfter(e);
            throw failure.explained();
        }
        try {
            opening.end(anchor, config.poolName());
            unfit.refuseData(anchor);
            return anchor;
        } catch (SQLException | RuntimeException | Error e) {
            close(anchor, e);
            throw e;
        }
    }

    private static Connection connect(DuckPoolConfig config, DataSource source) throws SQLException {
        Connection anchor;
        try {
            anchor = source.getConnection();
        } catch (SQLException e) {
            throw OpenFailure.ofSource(config, e);
        }
        if (anchor == null) {
            throw new SQLNonTransientConnectionException(
                    config.poolName() + ": the data source must give a connection, was null: " + source, "08001");
        }
        try {
            if (config.readOnly() && !anchor.isReadOnly()) {
                throw new SQLNonTransientConnectionException(
                        config.poolName() + ": a readOnly pool needs a data source that opens read-only, was " + source,
                        "08001");
            }
            apply(config.settings(), anchor);
            return anchor;
        } catch (SQLException | RuntimeException | Error e) {
            close(anchor, e);
            throw e;
        }
    }

    /** Settings of a database that somebody else opens are set afterwards. */
    private static void apply(Map<String, String> settings, Connection anchor) throws SQLException {
        if (settings.isEmpty()) {
            return;
        }
        try (Statement statement = anchor.createStatement()) {
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                statement.execute("SET GLOBAL \"" + setting.getKey().replace("\"", "\"\"") + "\" = '"
                        + setting.getValue().replace("'", "''") + "'");
            }
        }
    }

    private static void close(@Nullable Connection connection, Throwable why) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException | RuntimeException e) {
            if (e != why) { // a driver may throw the same one twice, which would then be the failure
                why.addSuppressed(e);
            }
        }
    }
}
