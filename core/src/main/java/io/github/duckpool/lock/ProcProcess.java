package io.github.duckpool.lock;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One process as {@code /proc/PID} shows it, by the formats of proc(5). Everything in it may be gone at the next look, so each
 * answer has a value for that.
 */
final class ProcProcess {
    private static final long KERNEL_THREAD = 0x0020_0000; // PF_KTHREAD
    private static final long EXITING = 0x4; // PF_EXITING
    private static final int STATE = 0;
    private static final int FLAGS = 6;
    private static final int THREADS = 17;
    private static final int START = 19;

    private final long pid;
    private final String directory;

    ProcProcess(long pid) {
        this.pid = pid;
        this.directory = "/proc/" + pid;
    }

    /** The fields of {@code stat} behind the name, which may hold anything, brackets too; null once the process is gone. */
    private String @Nullable [] stat() {
        String stat = ProcFile.read(directory + "/stat");
        int name = stat == null ? -1 : stat.lastIndexOf(')');
        if (stat == null || name < 0) {
            return null;
        }
        String[] fields = stat.substring(name + 1).trim().split(" ", -1);
        return fields.length > START ? fields : null;
    }

    /** When it started, in clock ticks since the machine did; null once it is gone. */
    @Nullable
    String identity() {
        String[] stat = stat();
        return stat == null ? null : stat[START];
    }

    /**
     * Whether it has ended, and is kept in the table only until its parent asks for its exit status. The state is the first thread's
     * alone: others of a process that is ending have the files for as long as it takes to give back their memory.
     */
    boolean isZombie() {
        String[] stat = stat();
        return stat != null && isOver(stat) && Long.parseLong(stat[THREADS]) <= 1;
    }

    /**
     * Whether its first thread has ended, or begun to. If no other goes on, its files are closed just now, one by one, and none of them is listed
     * any more: the kernel takes all descriptors from a process before it closes what they led to.
     */
    boolean isWithoutFirstThread() {
        String[] stat = stat();
        return stat != null && (isOver(stat) || (Long.parseLong(stat[FLAGS]) & EXITING) != 0);
    }

    private static boolean isOver(String[] stat) {
        return stat[STATE].equals("Z") || stat[STATE].equals("X");
    }

    boolean isKernelThread() {
        String[] stat = stat();
        return stat != null && (Long.parseLong(stat[FLAGS]) & KERNEL_THREAD) != 0;
    }

    boolean exists() {
        return Files.exists(Path.of(directory));
    }

    /** Everything about it; null once it is gone. */
    @Nullable
    ProcessFacts facts() {
        String identity = identity();
        if (identity == null) {
            return null;
        }
        Optional<ProcessHandle> process = ProcNamespace.isOwn() ? ProcessHandle.of(pid) : Optional.empty();
        var facts = new ProcessFacts(
                pid,
                identity,
                name(),
                commandLine(),
                executable(),
                user(),
                process.flatMap(handle -> handle.info().startInstant()),
                ProcNamespace.isOther(pid));
        return identity.equals(identity()) ? facts : null; // gone, and another has its number
    }

    private String name() {
        byte[] name = ProcFile.bytes(directory + "/comm");
        return name == null ? "?" : new String(name, StandardCharsets.UTF_8).strip();
    }

    private List<String> commandLine() {
        byte[] bytes = ProcFile.bytes(directory + "/cmdline");
        String words = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        int end = words.length();
        while (end > 0 && words.charAt(end - 1) == '\0') {
            end--; // programs that write their title there leave room behind it
        }
        return end == 0 ? List.of() : List.of(words.substring(0, end).split("\0", -1));
    }

    private Optional<Path> executable() {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of(directory, "exe")));
        } catch (IOException e) {
            return Optional.empty(); // another user's
        }
    }

    private Optional<String> user() {
        List<Long> ids = userIds();
        if (ids.isEmpty()) {
            return Optional.empty();
        }
        long effective = ids.get(ids.size() > 1 ? 1 : 0);
        try {
            Path path = Path.of(directory);
            if (Files.getAttribute(path, "unix:uid") instanceof Integer owner
                    && Integer.toUnsignedLong(owner) == effective) {
                return Optional.of(Files.getOwner(path).getName());
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return Optional.of(Long.toString(effective));
        }
        return Optional.of(Long.toString(effective));
    }

    /** Its real, effective, saved and file system user; empty once it is gone. */
    List<Long> userIds() {
        return numbers(status("Uid"));
    }

    /** Its numbers in the PID namespaces that it belongs to, that of {@code /proc} first. */
    List<Long> namespacePids() {
        return numbers(status("NSpid"));
    }

    /** A line of {@code status}; empty if there is none. */
    String status(String field) {
        String status = ProcFile.read(directory + "/status");
        if (status == null) {
            return "";
        }
        // The name is the only field with foreign text, and the kernel escapes newlines in it.
        int at = status.indexOf("\n" + field + ":");
        if (at < 0) {
            return "";
        }
        int from = at + field.length() + 2;
        int to = status.indexOf('\n', from);
        return status.substring(from, to < 0 ? status.length() : to).trim();
    }

    private static List<Long> numbers(String line) {
        return line.isEmpty()
                ? List.of()
                : List.of(line.split("\\s+")).stream().map(Long::valueOf).toList();
    }
}
