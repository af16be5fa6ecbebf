package io.github.duckpool.examples.letters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who had the file after whom.
 *
 * @param handOvers how often it went from one process to another
 * @param overlaps how often one had it before the other had given it back, which must not be
 */
record Turns(int handOvers, int overlaps) {

    private record Turn(Lane lane, Span span) {}

    static Turns of(List<Lane> lanes) {
        List<Turn> turns = new ArrayList<>();
        for (Lane lane : lanes) {
            lane.turns().forEach(span -> turns.add(new Turn(lane, span)));
        }
        turns.sort(Comparator.comparingLong(turn -> turn.span().fromMicros()));
        int handOvers = 0;
        int overlaps = 0;
        long freeMicros = Long.MIN_VALUE;
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (turn.span().fromMicros() < freeMicros) {
                overlaps++;
            }
            freeMicros = Math.max(freeMicros, turn.span().toMicros());
            if (i > 0 && turns.get(i - 1).lane() != turn.lane()) {
                handOvers++;
            }
        }
        return new Turns(handOvers, overlaps);
    }
}
