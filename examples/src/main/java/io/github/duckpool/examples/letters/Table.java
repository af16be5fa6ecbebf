package io.github.duckpool.examples.letters;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns: the first aligned left, the others right. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... header) {
        rows.add(List.of(header));
    }

    void row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException("a row must have " + rows.get(0).size() + " cells, had " + cells.length);
        }
        rows.add(List.of(cells));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            append(text, rows.get(i));
            if (i == 0) {
                append(
                        text,
                        rows.get(0).stream()
                                .map(cell -> "-".repeat(cell.length()))
                                .toList());
            }
        }
        return text.toString();
    }

    private void append(StringBuilder text, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String cell = cells.get(column);
            String blanks = " ".repeat(width(column) - cell.length());
            line.append(column == 0 ? cell + blanks : "  " + blanks + cell);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
