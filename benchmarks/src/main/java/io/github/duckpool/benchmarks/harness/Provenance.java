package io.github.duckpool.benchmarks.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where figures come from: the day, the command, the machine and the versions. */
record Provenance(LocalDate date, String command, Map<String, String> machine, Map<String, String> versions) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    static Provenance ofNow(String command) {
        Map<String, String> machine = new TreeMap<>();
        machine.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        machine.put("processor", processor());
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os) {
            machine.put("memory", (os.getTotalMemorySize() >> 20) + " MB");
        }
        return new Provenance(LocalDate.now(ZoneOffset.UTC), command, machine, builtWith());
    }

    /** The versions that the build put into the jar. */
    private static Map<String, String> builtWith() {
        Properties properties = new Properties();
        try (InputStream in = Provenance.class.getResourceAsStream("/versions.properties")) {
            if (in == null) {
                throw new IllegalStateException("the jar has no versions.properties");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> versions = new TreeMap<>();
        properties.forEach((name, version) -> versions.put(String.valueOf(name), String.valueOf(version)));
        return versions;
    }

    private static String processor() {
        if (Files.isReadable(CPU_INFO)) {
            try (Stream<String> lines = Files.lines(CPU_INFO)) {
                return lines.filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElseGet(() -> System.getProperty("os.arch"));
            } catch (IOException e) {
                return System.getProperty("os.arch");
            }
        }
        return System.getProperty("os.arch");
    }
}
