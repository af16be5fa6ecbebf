package io.github.duckpool.lock;

import io.github.duckpool.lock.LockHolder.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What program a process runs, guessed by its names.
 *
 * @param kind what sort of program
 * @param name what people call it: the script, main class, archive or module, or else the executable's name
 * @param nextServer whether it looks like Next.js
 * @param notebook whether it looks like a notebook's kernel
 */
record Program(Kind kind, String name, boolean nextServer, boolean notebook) {
    private static final Pattern JAVA = Pattern.compile("javaw?(\\.exe)?|jshell|jbang");
    private static final Pattern NODE = Pattern.compile("node(js)?(\\.exe)?|bun|deno|next-server");
    private static final Pattern PYTHON = Pattern.compile("python[0-9.]*w?(\\.exe)?|pypy[0-9.]*|ipython[0-9]*");
    private static final Pattern DUCKDB = Pattern.compile("duckdb(-cli)?(\\.exe)?|duckdb_cli.*");
    private static final Pattern BI =
            Pattern.compile("\\b(beekeeper|datagrip|dbeaver|dbvis|dbvisualizer|grafana|harlequin|looker|metabase"
                    + "|msmdsrv|pbidesktop|qlik\\w*|redash|superset|tableau\\w*|tableplus|tabprotosrv|hyperd)\\b");
    private static final Pattern NOTEBOOK = Pattern.compile("(ipykernel|jupyter|marimo|ipython)");

    /** Options of java whose value is the next word. */
    private static final Set<String> JAVA_VALUES = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--add-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--upgrade-module-path",
            "--patch-module",
            "--limit-modules",
            "--source");

    static Program of(ProcessFacts process) {
        List<String> words = process.commandLine();
        String executable = base(process.executable().map(Path::toString).orElse(""));
        String command = base(words.isEmpty() ? "" : words.get(0));
        String started = executable.isEmpty() ? command.isEmpty() ? process.name() : command : executable;
        String subject = subject(words, isOne(JAVA, started, command));
        boolean interpreter =
                isOne(JAVA, started, command) || isOne(PYTHON, started, command) || isOne(NODE, started, command);
        String lower = String.join(" ", started, command, process.name(), interpreter ? base(subject) : "")
                .toLowerCase(Locale.ROOT);
        boolean next = command.startsWith("next-server")
                || process.name().startsWith("next-server")
                || words.stream().anyMatch(word -> word.endsWith("/next/dist/bin/next") || word.endsWith("/.bin/next"));
        boolean notebook = NOTEBOOK.matcher(lower).find();
        return new Program(
                kind(lower, started, command, process.name()), name(started, subject, words), next, notebook);
    }

    private static Kind kind(String lower, String started, String command, String name) {
        if (BI.matcher(lower).find()) {
            return Kind.BI_TOOL;
        }
        if (isOne(DUCKDB, started, command)) {
            return Kind.DUCKDB_CLI;
        }
        if (isOne(JAVA, started, command)) {
            return Kind.JVM;
        }
        if (isOne(PYTHON, started, command)) {
            return Kind.PYTHON;
        }
        return isOne(NODE, started, command) || name.startsWith("next-server") || command.startsWith("next-server")
                ? Kind.NODE
                : Kind.OTHER;
    }

    private static boolean isOne(Pattern pattern, String... names) {
        return List.of(names).stream().anyMatch(name -> pattern.matcher(name).matches());
    }

    private static String name(String started, String subject, List<String> words) {
        if (words.size() == 1 && words.get(0).contains(" ")) {
            return words.get(0); // a title that the program has given itself
        }
        String what = subject.contains("/") ? base(subject) : subject;
        return what.isEmpty() ? started : started + " " + what;
    }

    /** What an interpreter runs: its first word that is neither an option nor an option's value. */
    private static String subject(List<String> words, boolean java) {
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            String value = i + 1 < words.size() ? words.get(i + 1) : "";
            if (word.equals("-jar") || word.equals("-m") || word.equals("--module")) {
                return value;
            }
            if (word.equals("-c") || word.equals("-e")) {
                return ""; // the program itself stands there
            }
            if (java && JAVA_VALUES.contains(word)) {
                i++;
            } else if (!word.startsWith("-")) {
                return word;
            }
        }
        return "";
    }

    private static String base(String path) {
        List<String> parts = new ArrayList<>(List.of(path.split("[/\\\\]", -1)));
        return parts.get(parts.size() - 1);
    }
}
