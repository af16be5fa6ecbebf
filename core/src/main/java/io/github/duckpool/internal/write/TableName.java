package io.github.duckpool.internal.write;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a table as SQL writes it: up to three parts with dots between, each plain or in double quotes. Immutable.
 *
 * @param catalog the database; null if it isn't named
 * @param schema the schema; null if it isn't named
 * @param table the table
 */
record TableName(@Nullable String catalog, @Nullable String schema, String table) {

    /** Reads a name; whatever is no name is refused, so that nothing but a name gets into SQL. */
    static TableName of(String text) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        do {
            StringBuilder part = new StringBuilder();
            at = text.startsWith("\"", at) ? quoted(text, at, part) : plain(text, at, part);
            if (part.isEmpty()) {
                throw refused(text);
            }
            parts.add(part.toString());
        } while (at < text.length() && text.charAt(at++) == '.');
        if (at < text.length() || text.endsWith(".") || parts.size() > 3) {
            throw refused(text);
        }
        int last = parts.size() - 1;
        return new TableName(last == 2 ? parts.get(0) : null, last >= 1 ? parts.get(last - 1) : null, parts.get(last));
    }

    private static int plain(String text, int from, StringBuilder part) {
        int at = from;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_$".indexOf(text.charAt(at)) >= 0)) {
            part.append(text.charAt(at++));
        }
        return at;
    }

    private static int quoted(String text, int from, StringBuilder part) {
        for (int at = from + 1; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '"') {
                part.append(c);
            } else if (text.startsWith("\"", at + 1)) {
                part.append(c);
                at++;
            } else {
                return at + 1;
            }
        }
        throw refused(text);
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "table must be a name such as letters, archive.letters or \"odd name\", was \"" + text + "\"");
    }

    /** The name in SQL, quoted. */
    String sql() {
        return (catalog == null ? "" : quote(catalog) + ".")
                + (schema == null ? "" : quote(schema) + ".")
                + quote(table);
    }

    private static String quote(String part) {
        return "\"" + part.replace("\"", "\"\"") + "\"";
    }
}
