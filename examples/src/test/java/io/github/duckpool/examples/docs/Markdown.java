package io.github.duckpool.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A page of the documentation: its fenced blocks and its tables. */
final class Markdown {

    /**
     * A fenced block.
     *
     * @param page the page's path below the project's root
     * @param line the line of its first fence, from 1
     * @param language the word after the fence, maybe empty
     * @param text its lines
     */
    record Block(String page, int line, String language, String text) {
        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    private final String name;
    private final List<String> lines;

    private Markdown(String name, List<String> lines) {
        this.name = name;
        this.lines = lines;
    }

    /** The folder that holds README.md: the parent of the module that the tests run in. */
    static Path root() {
        Path root = Path.of("").toAbsolutePath().getParent();
        if (root == null || !Files.exists(root.resolve("README.md"))) {
            throw new IllegalStateException(
                    "no README.md beside the module " + Path.of("").toAbsolutePath());
        }
        return root;
    }

    static Markdown of(String name) {
        try {
            return new Markdown(name, Files.readAllLines(root().resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every page: the README, and what lies in the modules' docs folders. */
    static List<Markdown> all() {
        List<String> names = new ArrayList<>(List.of("README.md"));
        for (String folder : List.of("core/docs", "retry/docs")) {
            if (!Files.isDirectory(root().resolve(folder))) {
                continue;
            }
            try (Stream<Path> files = Files.list(root().resolve(folder))) {
                files.map(file -> folder + "/" + file.getFileName())
                        .filter(file -> file.endsWith(".md"))
                        .sorted()
                        .forEach(names::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return names.stream().map(Markdown::of).toList();
    }

    String name() {
        return name;
    }

    String text() {
        return String.join("\n", lines);
    }

    List<Block> blocks(String language) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("```")) {
                continue;
            }
            int end = i + 1;
            while (!lines.get(end).startsWith("```")) {
                end++;
            }
            String found = lines.get(i).substring(3).strip();
            if (found.equals(language)) {
                blocks.add(new Block(name, i + 1, found, String.join("\n", lines.subList(i + 1, end))));
            }
            i = end;
        }
        return blocks;
    }

    /** The rows of the table whose header has these cells first; without backticks. */
    List<List<String>> table(String... header) {
        for (int i = 0; i < lines.size(); i++) {
            List<String> cells = cells(lines.get(i));
            if (cells.size() >= header.length && cells.subList(0, header.length).equals(List.of(header))) {
                List<List<String>> rows = new ArrayList<>();
                for (int row = i + 2; row < lines.size() && lines.get(row).startsWith("|"); row++) {
                    rows.add(cells(lines.get(row)));
                }
                return rows;
            }
        }
        throw new IllegalStateException(name + " has no table " + List.of(header));
    }

    private static List<String> cells(String line) {
        if (!line.startsWith("|")) {
            return List.of();
        }
        return Arrays.stream(line.substring(1, line.length() - 1).split("(?<!\\\\)\\|", -1))
                .map(cell -> cell.strip().replace("`", ""))
                .toList();
    }
}
