package io.github.duckpool.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The command line of the families. */
public final class Benchmarks {
    private static final String README = "README.md";
    private static final String USAGE = """
            Usage: java -jar benchmarks.jar COMMAND [--out DIRECTORY] [FAMILY…]
              report   the selection of the README: about 19 minutes on 2 cores; writes JSON, Markdown and SVG
              quick    a smoke test of all families within 90 s; fails if a ratio got worse by more than its noise
              full     everything there is; writes like report
              trial    all that full does, once and each for a moment: whether it starts and ends; its figures say nothing
              list     names the families
              jmh …    JMH itself, with its own arguments""";

    private final List<Family> families;

    /**
     * A command line for these families.
     *
     * @param families all there are
     */
    public Benchmarks(List<Family> families) {
        this.families = List.copyOf(families);
    }

    /**
     * Runs a command.
     *
     * @param args the command and its arguments
     * @return the exit code: 0; 1 if something failed or got worse; 2 if the command line is wrong
     * @throws Exception if the run could not go on
     */
    public int run(String... args) throws Exception {
        if (args.length == 0) {
            System.err.println(USAGE);
            return 2;
        }
        return switch (args[0]) {
            case "report" -> measure(Effort.REPORT, args);
            case "quick" -> measure(Effort.QUICK, args);
            case "full" -> measure(Effort.FULL, args);
            case "trial" -> measure(Effort.TRIAL, args);
            case "list" -> list();
            case "jmh" -> {
                org.openjdk.jmh.Main.main(List.of(args).subList(1, args.length).toArray(String[]::new));
                yield 0;
            }
            default -> {
                System.err.println("unknown command " + args[0]);
                System.err.println(USAGE);
                yield 2;
            }
        };
    }

    private int list() {
        families.forEach(family -> System.out.println(family.name() + "\t" + family.question()));
        return 0;
    }

    private int measure(Effort effort, String[] args) throws IOException {
        Path directory =
                Files.isDirectory(Path.of("benchmarks")) ? Path.of("benchmarks", "results") : Path.of("results");
        boolean writes = effort == Effort.REPORT || effort == Effort.FULL;
        List<Family> chosen = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            if (args[i].equals("--out") && i + 1 < args.length) {
                directory = Path.of(args[++i]);
                writes = true;
            } else {
                chosen.add(named(args[i]));
            }
        }
        Provenance provenance =
                Provenance.ofNow("java -jar benchmarks/target/benchmarks.jar " + String.join(" ", args));
        Guard guard = Guard.load();
        List<Guard.Finding> findings = new ArrayList<>();
        List<Figures> measured = new ArrayList<>();
        for (Family family : chosen.isEmpty() ? families : chosen) {
            Figures figures = Rounds.run(family, effort);
            if (effort == Effort.QUICK) {
                List<Guard.Finding> found = guard.judge(figures);
                found.forEach(System.out::println);
                findings.addAll(found);
            }
            measured.add(figures);
        }
        if (writes) {
            boolean complete = effort == Effort.REPORT && chosen.isEmpty();
            write(directory, complete ? "" : "-" + String.join("-", args[0], names(chosen)), provenance, measured);
            if (complete) {
                summarise(directory, provenance, measured);
            }
        } else {
            System.out.println(Markdown.of(provenance, measured, Map.of()));
        }
        return verdict(measured, findings);
    }

    private Family named(String name) {
        return families.stream()
                .filter(family -> family.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("family must be one of "
                        + families.stream().map(Family::name).toList() + ", was " + name));
    }

    private static String names(List<Family> families) {
        return families.isEmpty() ? "all" : families.stream().map(Family::name).collect(Collectors.joining("-"));
    }

    /** The suffix keeps what the README links to, a complete report of the same day, from being written over by another run. */
    private static void write(Path directory, String suffix, Provenance provenance, List<Figures> measured)
            throws IOException {
        Files.createDirectories(directory);
        String name = provenance.date() + suffix;
        Files.writeString(directory.resolve(name + ".json"), JsonReport.of(provenance, measured));
        Map<String, List<String>> charts = new LinkedHashMap<>();
        for (Figures figures : measured) {
            charts.put(figures.family().name(), Charts.write(directory, name, figures));
        }
        Files.writeString(directory.resolve(name + ".md"), Markdown.of(provenance, measured, charts));
        System.out.println(Markdown.targets(measured));
        System.out.println("written: " + directory.resolve(name + ".md"));
    }

    /** The figures for the project's README, and there too if this is the root of the project. */
    private static void summarise(Path directory, Provenance provenance, List<Figures> measured) throws IOException {
        Path root = Path.of("").toAbsolutePath();
        String summary = Summary.of(provenance, measured, root.relativize(directory.toAbsolutePath()));
        Files.writeString(directory.resolve(provenance.date() + "-summary.md"), summary);
        if (Files.isRegularFile(root.resolve(README))) {
            String readme = Files.readString(root.resolve(README));
            Files.writeString(root.resolve(README), Summary.replacedIn(readme, summary));
        }
    }

    private static int verdict(List<Figures> measured, List<Guard.Finding> findings) {
        long failures = measured.stream()
                .flatMap(figures -> figures.rows().stream())
                .filter(row -> row.failure != null)
                .peek(row -> System.err.printf(
                        Locale.ROOT, "FAILED: %s, %s, %s: %s%n", row.contender, row.group, row.at, row.failure))
                .count();
        List<Guard.Finding> worse =
                findings.stream().filter(Guard.Finding::worse).toList();
        worse.forEach(System.err::println);
        return failures == 0 && worse.isEmpty() ? 0 : 1;
    }
}
