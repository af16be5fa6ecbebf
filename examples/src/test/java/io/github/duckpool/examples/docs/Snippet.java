package io.github.duckpool.examples.docs;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java block of the documentation as a class. A block of statements becomes the body of a method that is run; it sees the
 * fields of {@link SnippetContext} and the packages that the page's reader has imported. A block with a type of its own is
 * compiled.
 */
record Snippet(Markdown.Block block, String className, String source, boolean runs) {
    private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;$");
    private static final Pattern TYPE =
            Pattern.compile("(?m)^(@\\w+.*\\n)*(public |final |abstract )*(class|record|interface|enum) \\w+");
    private static final Pattern POOL = Pattern.compile("(?m)^DuckPool (\\w+) =");
    private static final String USUAL = String.join(
            "\n",
            "import io.github.duckpool.*;",
            "import io.github.duckpool.lock.*;",
            "import io.github.duckpool.mutex.*;",
            "import io.github.duckpool.retry.*;",
            "import java.io.*;",
            "import java.nio.file.*;",
            "import java.sql.*;",
            "import java.time.*;",
            "import java.util.*;",
            "import java.util.concurrent.*;",
            "import javax.sql.DataSource;",
            "");

    static Snippet of(Markdown.Block block) {
        String className = "Snippet_" + block.page().replaceAll("\\W", "_") + "_" + block.line();
        List<String> imports = new ArrayList<>();
        Matcher matcher = IMPORT.matcher(block.text());
        while (matcher.find()) {
            imports.add(matcher.group());
        }
        String body = matcher.replaceAll("");
        String head = USUAL + String.join("\n", imports) + "\n";
        if (TYPE.matcher(body).find()) {
            return new Snippet(block, className, head + "class " + className + " {\n" + nested(body) + "\n}\n", false);
        }
        String source = head + "public class " + className + " extends " + SnippetContext.class.getName()
                + " {\n@Override public void run() throws Exception {\n" + body + "\n" + closing(body) + "}\n}\n";
        return new Snippet(block, className, source, true);
    }

    private static String nested(String body) {
        return TYPE.matcher(body)
                .replaceAll(match -> Matcher.quoteReplacement(match.group().replace("public ", "")));
    }

    /** A page shows how a pool is made, and not always that it is closed. */
    private static String closing(String body) {
        StringBuilder closing = new StringBuilder();
        Matcher pools = POOL.matcher(body);
        while (pools.find()) {
            closing.append(pools.group(1)).append(".close();\n");
        }
        return closing.toString();
    }

    String fileName() {
        return className + ".java";
    }

    static String classPath(String... more) {
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return String.join(File.pathSeparator, more) + File.pathSeparator + own;
    }
}
