package io.github.duckpool.examples.letters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Python that can take part.
 *
 * @param command the interpreter; empty if there is none
 * @param finding what was found, or why none can take part
 */
record Python(String command, String finding) {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

    /** The script that takes turns, below the module's folder. */
    static final Path SCRIPT = Path.of("python", "pipeline.py").toAbsolutePath();

    boolean canTakePart() {
        return !command.isEmpty();
    }

    /**
     * Looks for an interpreter whose duckdb package reads what this driver writes.
     *
     * @param engine the version of the Java driver's engine, such as {@code v2.0.0}
     */
    static Python find(String engine) throws InterruptedException {
        String named = System.getenv("DUCKPOOL_PYTHON");
        if ("none".equals(named)) {
            return new Python("", "DUCKPOOL_PYTHON=none");
        }
        String command = named == null || named.isBlank() ? "python3" : named;
        if (!Files.exists(SCRIPT)) {
            return new Python("", SCRIPT + " is missing");
        }
        String version;
        try {
            version = ask(command);
        } catch (IOException e) {
            return new Python("", command + " could not be asked: " + e.getMessage());
        }
        return judge(command, version, engine.startsWith("v") ? engine.substring(1) : engine);
    }

    static Python judge(String command, String version, String engine) {
        Matcher found = VERSION.matcher(version);
        Matcher needed = VERSION.matcher(engine);
        if (!found.matches() || !needed.matches()) {
            return new Python("", command + " has no duckdb package");
        }
        int major = Integer.compare(Integer.parseInt(found.group(1)), Integer.parseInt(needed.group(1)));
        int minor = Integer.compare(Integer.parseInt(found.group(2)), Integer.parseInt(needed.group(2)));
        return major > 0 || (major == 0 && minor >= 0)
                ? new Python(command, "duckdb " + version)
                : new Python("", command + " has duckdb " + version + ", and the file is written by " + engine);
    }

    private static String ask(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command, "-c", "import duckdb; print(duckdb.__version__)")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0 ? said.strip() : "";
        } finally {
            process.destroyForcibly();
        }
    }
}
