package io.github.duckpool.benchmarks.borrow;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The driver of {@code jdbc:stub:}, whose connections do nothing. */
public final class StubDriver extends UrlDriver {
    static final String URL = "jdbc:stub:";

    static {
        try {
            DriverManager.registerDriver(new StubDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** For the {@link DriverManager} and pools that make it by its name. */
    public StubDriver() {
        super(URL);
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) {
        return acceptsURL(url) ? new StubConnection() : null;
    }
}
