package io.github.duckpool.benchmarks.statement;

import io.github.duckpool.benchmarks.harness.Apart;
import io.github.duckpool.benchmarks.harness.Busy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A pool through which one thread runs one of the queries of {@link StatementBenchmark}, over and over. */
public final class Statements implements Apart.Opening {
    /** How a setting is named, for {@link #open}. */
    static String setting(String method, int kept) {
        return method + " " + kept;
    }

    private final Map<String, StatementBenchmark> pools = new HashMap<>();
    private final Set<String> filled = new HashSet<>();

    @Override
    public Apart.Subject open(String contender, String setting, Path directory) throws Exception {
        String[] words = setting.split(" ", 2);
        StatementBenchmark benchmark = pool(contender, words[1], directory);
        if (words[0].startsWith("lookUp") && filled.add(words[1])) {
            benchmark.fill();
        }
        Query query =
                switch (words[0]) {
                    case "selectByStatement" -> benchmark::selectByStatement;
                    case "selectPrepared" -> benchmark::selectPrepared;
                    case "lookUpByStatement" -> benchmark::lookUpByStatement;
                    case "lookUpPrepared" -> benchmark::lookUpPrepared;
                    default -> throw new IllegalArgumentException("no such query: " + words[0]);
                };
        return new Apart.Subject() {
            @Override
            public Busy.Client client() {
                return () -> {
                    query.run();
                    return 1;
                };
            }

            @Override
            public void close() throws SQLException {
                if (pools.remove(words[1]) != null) {
                    benchmark.close();
                }
            }
        };
    }

    /** A pool for all settings that keep as many statements. */
    private StatementBenchmark pool(String name, String kept, Path directory) throws SQLException {
        StatementBenchmark benchmark = pools.get(kept);
        if (benchmark == null) {
            benchmark = new StatementBenchmark();
            benchmark.pool = name;
            benchmark.kept = Integer.parseInt(kept);
            benchmark.open(directory);
            pools.put(kept, benchmark);
        }
        return benchmark;
    }

    @FunctionalInterface
    private interface Query {
        int run() throws SQLException;
    }
}
