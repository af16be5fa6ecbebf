package io.github.duckpool.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.ChildJvm;
import io.github.duckpool.DuckPool;
import io.github.duckpool.Sharing;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.duckdb.DuckDBDriver;

/** A class loader with a duckpool of its own, as a web application has it; of its pools only the types of the JDK are known here. */
final class OtherClassLoader implements AutoCloseable {
    private final URLClassLoader loader;

    private OtherClassLoader(ClassLoader parent, Stream<URL> content) {
        this.loader = new URLClassLoader(content.toArray(URL[]::new), parent);
    }

    /** One that has everything. */
    static OtherClassLoader complete() {
        return new OtherClassLoader(ClassLoader.getPlatformClassLoader(), classPath());
    }

    /** One that has the driver alone, for others to be made {@link #over} it. */
    static OtherClassLoader ofDriver() {
        return new OtherClassLoader(ClassLoader.getPlatformClassLoader(), Stream.of(driver()));
    }

    /** One that has everything but the driver, which it shares with all who are made over the same one. */
    static OtherClassLoader over(OtherClassLoader parent) {
        return new OtherClassLoader(parent.loader, classPath().filter(url -> !url.equals(driver())));
    }

    private static Stream<URL> classPath() {
        return Arrays.stream(ChildJvm.classPath(OtherClassLoader.class).split(System.getProperty("path.separator")))
                .map(path -> url(Path.of(path)));
    }

    private static URL driver() {
        return url(ChildJvm.location(DuckDBDriver.class));
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    Class<?> load(Class<?> type) throws ClassNotFoundException {
        return loader.loadClass(type.getName());
    }

    /** A cooperative pool that gives the file back at once when it is asked for. */
    Pool pool(Path file) throws ReflectiveOperationException {
        Class<?> sharing = load(Sharing.class);
        Object cooperative = sharing.getMethod("cooperative").invoke(null);
        return pool(file, sharing.getMethod("withMinSlice", Duration.class).invoke(cooperative, Duration.ofMillis(5)));
    }

    Pool readingPool(Path file) throws ReflectiveOperationException {
        return pool(file, load(Sharing.class).getMethod("readOnly").invoke(null));
    }

    private Pool pool(Path file, Object sharing) throws ReflectiveOperationException {
        Object builder = load(DuckPool.class).getMethod("builder").invoke(null);
        builder.getClass().getMethod("database", Path.class).invoke(builder, file);
        builder.getClass().getMethod("borrowTimeout", Duration.class).invoke(builder, Duration.ofMinutes(1));
        builder.getClass().getMethod("sharing", load(Sharing.class)).invoke(builder, sharing);
        Object pool = builder.getClass().getMethod("build").invoke(builder);
        assertThat(pool.getClass()).isNotSameAs(DuckPool.class);
        return new Pool((DataSource) pool);
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    /** A pool of another class loader. */
    record Pool(DataSource source) implements AutoCloseable {
        Connection borrow(Duration timeout) throws Throwable {
            try {
                return (Connection) source.getClass()
                        .getMethod("getConnection", Duration.class)
                        .invoke(source, timeout);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @Override
        public void close() throws Exception {
            ((AutoCloseable) source).close();
        }
    }
}
