package io.github.duckpool.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.duckpool.DuckPool;
import io.github.duckpool.DuckPoolBuilder;
import io.github.duckpool.DuckPoolConfig;
import io.github.duckpool.lock.DuckError;
import io.github.duckpool.retry.Backoff;
import io.github.duckpool.retry.LockRetry;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of the documentation say what the code does, and its links lead somewhere. */
class TablesTest {
    private static final Markdown README = Markdown.of("README.md");

    /** Methods of the builder that are no setting of their own. */
    private static final Set<String> NO_SETTINGS = Set.of("build", "properties", "oltp", "analytics");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)|src=\"([^\"]+)\"");

    @Test
    void theSettingsAreTheBuildersMethods() {
        Set<String> methods = Arrays.stream(DuckPoolBuilder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> !NO_SETTINGS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));

        Set<String> documented = README.table("setting", "default").stream()
                .map(row -> row.get(0))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(methods);
    }

    @Test
    void theDefaultsAreTheDefaults() throws Exception {
        int compared = 0;
        try (DuckPool pool = DuckPool.builder().database("letters.duckdb").build()) {
            for (List<String> row : README.table("setting", "default")) {
                Object value;
                try {
                    value = DuckPoolConfig.class.getMethod(row.get(0)).invoke(pool.config());
                } catch (NoSuchMethodException e) {
                    continue;
                }
                if (value instanceof Integer || value instanceof Boolean) {
                    assertThat(row.get(1).replace(",", "")).as(row.get(0)).startsWith(value.toString());
                    compared++;
                } else if (value instanceof Duration duration) {
                    assertThat(duration(row.get(1))).as(row.get(0)).isEqualTo(duration);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(9);
    }

    @Test
    void theErrorsAreTheKinds() {
        List<String> expected = new ArrayList<>();
        for (DuckError.Kind kind : DuckError.Kind.values()) {
            expected.add(kind + " " + kind.sqlState() + " " + (kind.retryable() ? "yes" : "no"));
        }
        List<String> documented = README.table("kind", "SQLState", "retried").stream()
                .map(row -> row.get(0) + " " + row.get(1) + " " + row.get(2))
                .toList();
        assertThat(documented).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void theRetrySettingsAreTheDefaults() {
        LockRetry retry = LockRetry.ofDefaults();
        for (List<String> row : README.table("retry setting", "file locks", "conflicts")) {
            assertThat(row.get(1)).as(row.get(0)).isEqualTo(setting(retry.fileLocks(), row.get(0)));
            assertThat(row.get(2)).as(row.get(0)).isEqualTo(setting(retry.conflicts(), row.get(0)));
        }
    }

    private static String setting(Backoff backoff, String name) {
        return switch (name) {
            case "maxAttempts" ->
                backoff.maxAttempts() == Backoff.UNLIMITED_ATTEMPTS ? "unlimited" : "" + backoff.maxAttempts();
            case "initialBackoff" -> text(backoff.initialBackoff());
            case "multiplier" -> number(backoff.multiplier());
            case "maxBackoff" -> text(backoff.maxBackoff());
            case "jitter" -> number(backoff.jitter());
            case "deadline" -> text(backoff.deadline());
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static String number(double value) {
        return value == Math.rint(value) ? "" + (long) value : "" + value;
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private static Duration duration(String text) {
        Matcher matcher = Pattern.compile("(\\d+) ?(ms|s|min)?.*").matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        long amount = Long.parseLong(matcher.group(1));
        if (matcher.group(2) == null) {
            assertThat(amount).as(text).isZero();
            return Duration.ZERO;
        }
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            default -> Duration.ofMinutes(amount);
        };
    }

    @Test
    void linksLeadToFiles() {
        List<String> broken = new ArrayList<>();
        for (Markdown page : Markdown.all()) {
            Path folder = Markdown.root().resolve(page.name()).getParent();
            Matcher links = LINK.matcher(page.text());
            while (links.find()) {
                String target = links.group(1) != null ? links.group(1) : links.group(3);
                if (!target.startsWith("http") && !Files.exists(folder.resolve(target))) {
                    broken.add(page.name() + " -> " + target);
                }
            }
        }
        assertThat(broken).isEmpty();
    }
}
