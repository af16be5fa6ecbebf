package io.github.duckpool.benchmarks.harness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run as JSON: where it comes from, and every sample. */
final class JsonReport {
    private JsonReport() {}

    static String of(Provenance provenance, List<Figures> families) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("date", provenance.date());
        report.put("command", provenance.command());
        report.put("machine", provenance.machine());
        report.put("versions", provenance.versions());
        report.put("families", families.stream().map(JsonReport::family).toList());
        return Json.of(report);
    }

    private static Map<String, Object> family(Figures figures) {
        Family family = figures.family();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", family.name());
        map.put("question", family.question());
        map.put("rounds", figures.rounds());
        map.put("seconds", figures.nanos() / 1e9);
        List<Object> samples = new ArrayList<>();
        for (Figures.Row row : figures.rows()) {
            Map<String, Object> sample = new LinkedHashMap<>();
            sample.put("group", row.group);
            sample.put("at", row.at);
            sample.put("contender", row.contender);
            for (Metric metric : family.metrics()) {
                if (row.spread(metric.name()) != null) {
                    sample.put(
                            metric.title(),
                            Arrays.stream(row.samples(metric.name())).boxed().toList());
                }
            }
            if (row.failure != null) {
                sample.put("failure", row.failure.toString());
            }
            samples.add(sample);
        }
        map.put("samples", samples);
        return map;
    }
}
