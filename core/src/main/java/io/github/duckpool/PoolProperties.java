package io.github.duckpool;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Binds settings by name onto a builder: the one table of names that frameworks may use. */
final class PoolProperties {
    private static final String SETTINGS = "settings.";
    private static final Pattern TIME = Pattern.compile("(\\d{1,15})\\s*(ns|us|ms|s|m|min|h|d)");
    private static final Map<String, BiConsumer<DuckPoolBuilder, String>> BY_NAME = new TreeMap<>();

    static {
        text("database", DuckPoolBuilder::database);
        text("url", DuckPoolBuilder::url);
        text("poolName", DuckPoolBuilder::poolName);
        text("initSql", DuckPoolBuilder::initSql);
        text("connectionInitSql", DuckPoolBuilder::connectionInitSql);
        text("memoryLimit", DuckPoolBuilder::memoryLimit);
        parsed("maxSize", PoolProperties::integer, DuckPoolBuilder::maxSize);
        parsed("minIdle", PoolProperties::integer, DuckPoolBuilder::minIdle);
        parsed("statementCacheSize", PoolProperties::integer, DuckPoolBuilder::statementCacheSize);
        parsed("threads", PoolProperties::integer, DuckPoolBuilder::threads);
        parsed("borrowTimeout", PoolProperties::duration, DuckPoolBuilder::borrowTimeout);
        parsed("maxLifetime", PoolProperties::duration, DuckPoolBuilder::maxLifetime);
        parsed("idleTimeout", PoolProperties::duration, DuckPoolBuilder::idleTimeout);
        parsed("leakThreshold", PoolProperties::duration, DuckPoolBuilder::leakThreshold);
        parsed("closeTimeout", PoolProperties::duration, DuckPoolBuilder::closeTimeout);
        parsed("maxOvertaking", PoolProperties::duration, DuckPoolBuilder::maxOvertaking);
        parsed("readOnly", PoolProperties::bool, DuckPoolBuilder::readOnly);
        parsed("sharing", PoolProperties::sharing, DuckPoolBuilder::sharing);
    }

    private PoolProperties() {}

    private static void text(String name, BiConsumer<DuckPoolBuilder, String> setter) {
        BY_NAME.put(name, setter);
    }

    private static <V> void parsed(String name, Function<String, V> parser, BiConsumer<DuckPoolBuilder, V> setter) {
        BY_NAME.put(name, (builder, text) -> setter.accept(builder, parser.apply(text)));
    }

    static void bind(Map<?, ?> values, DuckPoolBuilder builder) {
        values.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (value == null) {
                throw new IllegalArgumentException("property " + name + " must have a value, was null");
            }
            bind(name, value.toString().strip(), builder);
        });
    }

    private static void bind(String name, String value, DuckPoolBuilder builder) {
        if (name.startsWith(SETTINGS)) {
            builder.setting(name.substring(SETTINGS.length()), value);
            return;
        }
        BiConsumer<DuckPoolBuilder, String> setter = BY_NAME.get(camelCase(name));
        if (setter == null) {
            throw new IllegalArgumentException("property must be one of " + String.join(", ", BY_NAME.keySet()) + " or "
                    + SETTINGS + "NAME, was \"" + name + "\"");
        }
        try {
            setter.accept(builder, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("property " + name + ": " + e.getMessage(), e);
        }
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
        Matcher time = TIME.matcher(text);
        if (time.matches()) {
            long amount = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "ns" -> Duration.ofNanos(amount);
                case "us" -> Duration.ofNanos(Math.multiplyExact(amount, 1000));
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m", "min" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "must be a time such as 30s, 500ms, 5m or PT30S, was \"" + text + "\"", e);
        }
    }
}
