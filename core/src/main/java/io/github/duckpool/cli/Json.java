package io.github.duckpool.cli;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON object that is written by and by; its members keep their order. Values are text, numbers, booleans, lists and objects. */
final class Json {
    private final Map<String, @Nullable Object> members = new LinkedHashMap<>();

    /** Adds a member; an empty {@link Optional} becomes {@code null}, anything else that is no JSON value its text. */
    Json with(String name, @Nullable Object value) {
        members.put(name, value instanceof Optional<?> optional ? optional.orElse(null) : value);
        return this;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        write(this, text, "\n");
        return text.toString();
    }

    private static void write(@Nullable Object value, StringBuilder text, String newline) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else if (value instanceof Json object) {
            writeObject(object, text, newline);
        } else if (value instanceof Collection<?> list) {
            writeList(list, text, newline);
        } else {
            writeString(value.toString(), text);
        }
    }

    private static void writeObject(Json object, StringBuilder text, String newline) {
        String inner = newline + "  ";
        String separator = "{";
        for (Map.Entry<String, @Nullable Object> member : object.members.entrySet()) {
            text.append(separator).append(inner);
            writeString(member.getKey(), text);
            text.append(": ");
            write(member.getValue(), text, inner);
            separator = ",";
        }
        text.append(object.members.isEmpty() ? "{}" : newline + "}");
    }

    private static void writeList(Collection<?> list, StringBuilder text, String newline) {
        text.append('[');
        for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
            write(items.next(), text, newline);
            text.append(items.hasNext() ? ", " : "");
        }
        text.append(']');
    }

    /** Escapes all but plain ASCII, so that no terminal or encoding changes it. */
    private static void writeString(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        text.append(c);
                    } else {
                        text.append(String.format("\\u%04x", (int) c));
                    }
                }
            }
        }
        text.append('"');
    }
}
