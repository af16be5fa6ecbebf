package io.github.duckpool.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {

    static Stream<Arguments> bad() {
        return Stream.of(
                refused("maxAttempts must be at least 1, was 0", b -> b.maxAttempts(0)),
                refused("initialBackoff must be more than zero, was PT0S", b -> b.initialBackoff(Duration.ZERO)),
                refused("multiplier must be a number of at least 1, was 0.99", b -> b.multiplier(0.99)),
                refused("multiplier must be a number of at least 1, was NaN", b -> b.multiplier(Double.NaN)),
                refused("multiplier must be a number of at least 1, was Infinity", b -> b.multiplier(1 / 0.0)),
                refused("maxBackoff must be more than zero, was PT-1S", b -> b.maxBackoff(Duration.ofSeconds(-1))),
                refused("jitter must be from 0 to 1, was 1.1", b -> b.jitter(1.1)),
                refused("jitter must be from 0 to 1, was -0.1", b -> b.jitter(-0.1)),
                refused("jitter must be from 0 to 1, was NaN", b -> b.jitter(Double.NaN)),
                refused("deadline must be more than zero, was PT0S", b -> b.deadline(Duration.ZERO)),
                refused("name must not be blank, was \" \"", b -> b.name(" ")),
                refused("maxBackoff must be at least initialBackoff, PT3S, was PT2S", b -> b.initialBackoff(
                                Duration.ofSeconds(3))
                        .maxBackoff(Duration.ofSeconds(2))
                        .build()),
                refused("maxAttempts must be at least 1, was -5", b -> b.fileLocks(f -> f.maxAttempts(-5))),
                refused(
                        "deadline must be more than zero, was PT-0.001S",
                        b -> b.conflicts(f -> f.deadline(Duration.ofMillis(-1)))));
    }

    private static Arguments refused(String message, Consumer<LockRetryBuilder> setting) {
        return Arguments.of(message, setting);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void aBadSettingIsRefusedWithRuleAndValue(String message, Consumer<LockRetryBuilder> setting) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting.accept(LockRetry.builder()))
                .withMessage(message);
    }

    @Test
    void theDefaultsAreThoseOfTheTable() {
        LockRetry retry = LockRetry.ofDefaults();
        assertThat(retry.fileLocks())
                .hasToString("Backoff[maxAttempts=unlimited, initialBackoff=PT0.05S, multiplier=2.0,"
                        + " maxBackoff=PT2S, jitter=1.0, deadline=PT30S]");
        assertThat(retry.conflicts())
                .hasToString("Backoff[maxAttempts=unlimited, initialBackoff=PT0.001S, multiplier=2.0,"
                        + " maxBackoff=PT0.1S, jitter=1.0, deadline=PT30S]");
    }

    @Test
    void whatWasSetIsRead() {
        LockRetry retry = LockRetry.builder()
                .maxAttempts(7)
                .initialBackoff(Duration.ofMillis(3))
                .multiplier(1.5)
                .maxBackoff(Duration.ofMillis(9))
                .jitter(0.25)
                .deadline(Duration.ofSeconds(4))
                .fileLocks(b -> b.maxAttempts(8))
                .build();
        assertThat(retry.fileLocks().maxAttempts()).isEqualTo(8);
        Backoff conflicts = retry.conflicts();
        assertThat(conflicts.maxAttempts()).isEqualTo(7);
        assertThat(conflicts.initialBackoff()).isEqualTo(Duration.ofMillis(3));
        assertThat(conflicts.multiplier()).isEqualTo(1.5);
        assertThat(conflicts.maxBackoff()).isEqualTo(Duration.ofMillis(9));
        assertThat(conflicts.jitter()).isEqualTo(0.25);
        assertThat(conflicts.deadline()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void aBuilderThatIsUsedAgainDoesNotChangeWhatItBuilt() {
        LockRetryBuilder builder = LockRetry.builder().maxAttempts(3);
        LockRetry retry = builder.build();
        builder.maxAttempts(4);
        assertThat(retry.conflicts().maxAttempts()).isEqualTo(3);
    }

    @Test
    void centuriesAreNoTrouble() {
        Backoff backoff = LockRetry.builder()
                .initialBackoff(Duration.ofSeconds(Long.MAX_VALUE))
                .maxBackoff(Duration.ofSeconds(Long.MAX_VALUE))
                .deadline(Duration.ofSeconds(Long.MAX_VALUE))
                .build()
                .conflicts();
        assertThat(backoff.delayNanos(1_000_000, 0)).isEqualTo(Backoff.LONGEST_NANOS);
        assertThat(backoff.deadlineNanos()).isEqualTo(Backoff.LONGEST_NANOS);
    }
}
