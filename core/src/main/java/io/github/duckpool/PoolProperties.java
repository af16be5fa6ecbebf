package io.github.duckpool;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Binds settings by name onto a builder: the one table of names that frameworks may use. */
final class PoolProperties {
    private static final String PRESET = "preset";
    private static final String SHARING = "sharing";
    private static final String MAX_SLICE = "sharingMaxSlice";
    private static final String MAX_SLICE_CUT_OFF = "sharingMaxSliceCutOff";
    private static final String READ_ONLY = "readOnly";

    /** What others yield to or change, whatever the order of the map. */
    private static final List<String> FIRST = List.of(PRESET, READ_ONLY, SHARING);

    private static final String DATA_SOURCE = "dataSource";
    private static final String SETTINGS = "settings";
    private static final String SETTINGS_PREFIX = SETTINGS + ".";
    private static final Pattern TIME = Pattern.compile("(\\d{1,15})\\s*(ns|us|ms|s|m|min|h|d|)");
    private static final Map<String, BiConsumer<DuckPoolBuilder, String>> BY_NAME = new TreeMap<>();

    /** What HikariCP calls the same thing. */
    private static final Map<String, String> ALIASES = Map.of(
            "jdbcUrl", "url",
            "maximumPoolSize", "maxSize",
            "minimumIdle", "minIdle",
            "connectionTimeout", "borrowTimeout",
            "leakDetectionThreshold", "leakThreshold");

    static {
        text("database", DuckPoolBuilder::database);
        text("url", DuckPoolBuilder::url);
        text("poolName", DuckPoolBuilder::poolName);
        text("initSql", DuckPoolBuilder::initSql);
        text("connectionInitSql", DuckPoolBuilder::connectionInitSql);
        text("memoryLimit", DuckPoolBuilder::memoryLimit);
        text(PRESET, PoolProperties::preset);
        parsed("maxSize", PoolProperties::integer, DuckPoolBuilder::maxSize);
        parsed("minIdle", PoolProperties::integer, DuckPoolBuilder::minIdle);
        parsed("statementCacheSize", PoolProperties::integer, DuckPoolBuilder::statementCacheSize);
        parsed("maxQueuedWrites", PoolProperties::integer, DuckPoolBuilder::maxQueuedWrites);
        parsed("threads", PoolProperties::integer, DuckPoolBuilder::threads);
        parsed("borrowTimeout", PoolProperties::duration, DuckPoolBuilder::borrowTimeout);
        parsed("maxLifetime", PoolProperties::duration, DuckPoolBuilder::maxLifetime);
        parsed("idleTimeout", PoolProperties::duration, DuckPoolBuilder::idleTimeout);
        parsed("leakThreshold", PoolProperties::duration, DuckPoolBuilder::leakThreshold);
        parsed("closeTimeout", PoolProperties::duration, DuckPoolBuilder::closeTimeout);
        parsed("maxOvertaking", PoolProperties::duration, DuckPoolBuilder::maxOvertaking);
        parsed(READ_ONLY, PoolProperties::bool, DuckPoolBuilder::readOnly);
        parsed("lendAfterLockLoss", PoolProperties::bool, DuckPoolBuilder::lendAfterLockLoss);
        parsed(
                "groupCommit",
                PoolProperties::integer,
                (builder, writes) -> builder.groupCommit(GroupCommit.upTo(writes)));
        parsed(SHARING, PoolProperties::sharing, DuckPoolBuilder::sharing);
        slices("sharingMinSlice", Sharing::withMinSlice);
        slices(MAX_SLICE, Sharing::withMaxSlice);
        slices(MAX_SLICE_CUT_OFF, Sharing::withMaxSliceCutOff);
        slices("sharingIdleRelease", Sharing::withIdleRelease);
    }

    private PoolProperties() {}

    private static void text(String name, BiConsumer<DuckPoolBuilder, String> setter) {
        BY_NAME.put(name, setter);
    }

    private static <V> void parsed(String name, Function<String, V> parser, BiConsumer<DuckPoolBuilder, V> setter) {
        BY_NAME.put(name, (builder, text) -> setter.accept(builder, parser.apply(text)));
    }

    private static void slices(String name, BiFunction<Sharing, Duration, Sharing> change) {
        parsed(name, PoolProperties::duration, (builder, time) -> {
            Sharing base = builder.sharing != null
                    ? builder.sharing
                    : builder.readOnly ? Sharing.readOnly() : Sharing.cooperative();
            builder.sharing(change.apply(base, time));
        });
    }

    /** One setting as it was given, for messages in the words of whoever gave it. */
    private record Given(String name, Object value) {}

    static void bind(Map<?, ?> values, DuckPoolBuilder builder) {
        Map<String, Given> byName = new LinkedHashMap<>();
        values.forEach((key, value) -> collect(String.valueOf(key), value, byName));
        if (values instanceof Properties properties) {
            // Their defaults are no entries of the map.
            for (String name : properties.stringPropertyNames()) {
                if (!properties.containsKey(name)) {
                    collect(name, properties.getProperty(name), byName);
                }
            }
        }
        Given cutOff = byName.get(MAX_SLICE_CUT_OFF);
        if (cutOff != null && byName.containsKey(MAX_SLICE)) {
            throw new IllegalArgumentException("property " + cutOff.name() + " must be given without "
                    + byName.get(MAX_SLICE).name() + ": it is a longest slice too");
        }
        for (String name : FIRST) {
            Given given = byName.remove(name);
            if (given != null) {
                bind(name, given, builder);
            }
        }
        byName.forEach((name, given) -> bind(name, given, builder));
    }

    private static void collect(String given, @Nullable Object value, Map<String, Given> byName) {
        if (value == null) {
            throw new IllegalArgumentException("property " + given + " must have a value, was null");
        }
        if (given.equals(SETTINGS) && value instanceof Map<?, ?> nested) {
            nested.forEach((key, setting) -> collect(SETTINGS_PREFIX + key, setting, byName));
            return;
        }
        String name = given.startsWith(SETTINGS_PREFIX) ? given : canonical(given);
        Given before = byName.put(name, new Given(given, value));
        if (before != null) {
            throw new IllegalArgumentException("property " + name + " must be given once, was " + before.name() + "="
                    + before.value() + " and " + given + "=" + value);
        }
    }

    private static String canonical(String given) {
        String name = camelCase(given);
        name = ALIASES.getOrDefault(name, name);
        if (!BY_NAME.containsKey(name) && !name.equals(DATA_SOURCE)) {
            throw new IllegalArgumentException("property must be one of " + String.join(", ", BY_NAME.keySet()) + " or "
                    + SETTINGS_PREFIX + "NAME, was \"" + given + "\"");
        }
        return name;
    }

    private static void bind(String name, Given given, DuckPoolBuilder builder) {
        String text = given.value().toString().strip();
        BiConsumer<DuckPoolBuilder, String> setter = BY_NAME.get(name);
        try {
            if (name.equals(DATA_SOURCE)) {
                builder.dataSource(dataSource(given.value()));
            } else if (setter != null) {
                setter.accept(builder, text);
            } else {
                builder.setting(name.substring(SETTINGS_PREFIX.length()), text);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("property " + given.name() + ": " + e.getMessage(), e);
        }
    }

    private static DataSource dataSource(Object value) {
        if (value instanceof DataSource source) {
            return source;
        }
        throw new IllegalArgumentException("must be a javax.sql.DataSource, was \"" + value + "\"");
    }

    private static String camelCase(String name) {
        StringBuilder camel = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '-' && i + 1 < name.length()) {
                camel.append(Character.toUpperCase(name.charAt(++i)));
            } else {
                camel.append(c);
            }
        }
        return camel.toString();
    }

    private static void preset(DuckPoolBuilder builder, String text) {
        switch (text.toLowerCase(Locale.ROOT)) {
            case "oltp" -> builder.oltp();
            case "analytics" -> builder.analytics();
            default -> throw new IllegalArgumentException("must be oltp or analytics, was \"" + text + "\"");
        }
    }

    private static Integer integer(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number, was \"" + text + "\"", e);
        }
    }

    private static Boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false, was \"" + text + "\"");
        };
    }

    private static Sharing sharing(String text) {
        return switch (text.toLowerCase(Locale.ROOT).replace('_', '-')) {
            case "exclusive" -> Sharing.exclusive();
            case "cooperative" -> Sharing.cooperative();
            case "read-only", "readonly" -> Sharing.readOnly();
            default ->
                throw new IllegalArgumentException("must be exclusive, cooperative or read-only, was \"" + text + "\"");
        };
    }

    private static Duration duration(String text) {
        try {
            Matcher time = TIME.matcher(text);
            if (!time.matches()) {
                return Duration.parse(text);
            }
            long amount = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "ns" -> Duration.ofNanos(amount);
                case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1000));
                case "ms", "" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m", "min" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "must be a time such as 30s, 500ms, 5m or PT30S, was \"" + text + "\"", e);
        }
    }
}
