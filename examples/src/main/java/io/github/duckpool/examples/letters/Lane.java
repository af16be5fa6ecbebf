package io.github.duckpool.examples.letters;

import java.util.ArrayList;
import java.util.List;

/** The swim lane of one process: how it stood to the file, and when that changed. Thread-safe. */
final class Lane {
    private final String name;
    private final List<Span> spans = new ArrayList<>();
    private Hold hold = Hold.IDLE;
    private long sinceMicros;

    Lane(String name, long startMicros) {
        this.name = name;
        this.sinceMicros = startMicros;
    }

    String name() {
        return name;
    }

    synchronized Hold hold() {
        return hold;
    }

    /** From this time on it is so. */
    synchronized void change(Hold next, long atMicros) {
        if (atMicros > sinceMicros) {
            spans.add(new Span(hold, sinceMicros, atMicros));
        }
        hold = next;
        sinceMicros = Math.max(sinceMicros, atMicros);
    }

    synchronized List<Span> spans() {
        return List.copyOf(spans);
    }

    /** The times in which it had the file. */
    List<Span> turns() {
        return spans().stream().filter(span -> span.hold() == Hold.HOLDING).toList();
    }
}
