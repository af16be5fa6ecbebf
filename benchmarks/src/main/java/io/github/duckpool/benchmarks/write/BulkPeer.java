package io.github.duckpool.benchmarks.write;

import io.github.duckpool.benchmarks.harness.Peer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A JVM that does nothing but {@link BulkRows}. In one that has measured other families the same code is compiled for what they did with it,
 * which no service does.
 */
final class BulkPeer {
    private BulkPeer() {}

    /** One round in a JVM of its own. */
    static Map<String, Map<String, Double>> measure(List<String> ways, double seconds, Path directory)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(directory.toString(), Double.toString(seconds)));
        arguments.addAll(ways);
        try (Peer peer = Peer.start(List.of(), BulkPeer.class, arguments.toArray(String[]::new))) {
            Map<String, Map<String, Double>> rates = new HashMap<>();
            for (String way : ways) {
                rates.put(way, Map.of(BulkRows.THROUGHPUT, Double.parseDouble(peer.answer())));
            }
            return rates;
        }
    }

    /** Prints what each way that it is told has done. */
    @SuppressWarnings("NullAway") // each way has its sample
    public static void main(String[] args) throws Exception {
        List<String> ways = List.of(args).subList(2, args.length);
        var rates = new BulkRows(ways, Double.parseDouble(args[1])).measure(Path.of(args[0]));
        for (String way : ways) {
            System.out.println(rates.get(way).get(BulkRows.THROUGHPUT));
        }
    }
}
