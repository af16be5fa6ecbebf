package io.github.duckpool.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times such as {@code 30}, {@code 1.5s}, {@code 500ms}, {@code 5m} and {@code PT30S}; a bare number is in seconds, as for sleep(1). */
final class TimeConverter implements ITypeConverter<Duration> {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|min|h|d|)");

    @Override
    public Duration convert(String text) {
        Matcher time = TIME.matcher(text);
        try {
            Duration read = time.matches() ? of(time.group(1), time.group(2)) : Duration.parse(text);
            if (!read.isNegative()) {
                return read;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw new TypeConversionException(
                "must be a time such as 30s, 500ms, 5m or 1.5 (seconds), was \"" + text + "\"");
    }

    private static Duration of(String amount, String unit) {
        double seconds = Double.parseDouble(amount)
                * switch (unit) {
                    case "ms" -> 0.001;
                    case "m", "min" -> 60;
                    case "h" -> 3600;
                    case "d" -> 86400;
                    default -> 1;
                };
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
