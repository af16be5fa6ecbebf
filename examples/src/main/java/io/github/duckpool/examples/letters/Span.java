package io.github.duckpool.examples.letters;

/**
 * A time in which a process stood to the file in one way.
 *
 * @param hold in which way
 * @param fromMicros its start, in microseconds since 1970
 * @param toMicros its end
 */
record Span(Hold hold, long fromMicros, long toMicros) {

    long micros() {
        return toMicros - fromMicros;
    }
}
