package io.github.duckpool.lock;

import io.github.duckpool.lock.LockHolder.Mode;
import io.github.duckpool.lock.OpenFile.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The output of {@code lsof -F pcLfalin0}, by "Output for other programs" in lsof(8): fields of one letter and a text, each ended by a
 * NUL; the fields of a process come before those of its files, and a newline ends each set. In names lsof writes newlines
 * and other unprintable characters by escapes, so there are none in a field.
 */
final class LsofOutput {
    static final String FIELDS = "pcLfalin0";

    /**
     * A process with what it has open of the files that were asked for.
     *
     * @param pid its number
     * @param command the beginning of its name
     * @param user its user's name or number
     */
    record Entry(long pid, String command, Optional<String> user, List<OpenFile> open) {}

    private LsofOutput() {}

    /**
     * Reads the output.
     *
     * @param roles the files that were asked for, by inode
     * @param locks whether this platform's lsof knows about locks; if not, they are inferred from the access unless it tells of one
     *     even so: DuckDB locks what it opens for writing exclusively, and what it opens for reading shared
     */
    static List<Entry> parse(String output, Map<Long, Role> roles, boolean locks) {
        List<Entry> entries = new ArrayList<>();
        for (String set : output.split("\0\n", -1)) {
            Map<Character, String> fields = new LinkedHashMap<>();
            for (String field : set.split("\0", -1)) {
                if (!field.isEmpty()) {
                    fields.put(field.charAt(0), field.substring(1));
                }
            }
            if (fields.containsKey('p')) {
                entries.add(new Entry(
                        Long.parseLong(fields.getOrDefault('p', "0")),
                        fields.getOrDefault('c', ""),
                        Optional.ofNullable(fields.get('L')),
                        new ArrayList<>()));
            } else if (fields.containsKey('f') && !entries.isEmpty()) {
                OpenFile file = file(fields, roles, locks);
                if (file != null) {
                    entries.get(entries.size() - 1).open.add(file);
                }
            }
        }
        entries.removeIf(entry -> entry.open.isEmpty());
        return entries;
    }

    /** Null for what is no descriptor: a program's text, or a mapping. */
    private static @Nullable OpenFile file(Map<Character, String> fields, Map<Long, Role> roles, boolean locks) {
        String descriptor = fields.getOrDefault('f', "");
        String inode = fields.getOrDefault('i', "");
        Role role = inode.matches("\\d{1,18}") ? roles.get(Long.parseLong(inode)) : null;
        if (role == null || !descriptor.matches("\\d{1,9}")) {
            return null;
        }
        String told = fields.getOrDefault('l', " ");
        String access = fields.getOrDefault('a', " ");
        boolean writable = access.equals("w") || access.equals("u");
        Mode inferred = access.equals("r") ? Mode.READ : writable ? Mode.WRITE : Mode.NONE;
        return new OpenFile(
                Integer.parseInt(descriptor),
                role,
                fields.getOrDefault('n', ""),
                writable,
                locks || !told.isBlank() ? lock(told) : inferred,
                false);
    }

    /** Lower case is for a part of the file, {@code u} for both kinds of lock, {@code N} and {@code x} for what is no record lock. */
    private static Mode lock(String status) {
        return switch (status) {
            case "w", "W", "u", "U" -> Mode.WRITE;
            case "r", "R" -> Mode.READ;
            default -> Mode.NONE;
        };
    }
}
