package io.github.duckpool.lock;

import io.github.duckpool.lock.LockHolder.Mode;

/** What to do about a holder, in words for people who have never heard of file locks. */
final class Advice {
    private static final String SHARE =
            "To share the file for good, let both take turns: Sharing.cooperative() of duckpool";

    private Advice() {}

    static String about(LockHolder holder, Program program) {
        if (holder.isThisProcess()) {
            return "It is this process: use the pool that has the file open already, or close the other one first.";
        }
        if (!holder.isVisible()) {
            return "It can't be seen from here: look for it on the other host or in the other container that uses the file.";
        }
        if (holder.isOfDeletedFile()) {
            return "It has an older, deleted file of this name open and keeps nobody out; restart it before it loses more work.";
        }
        if (holder.queuePlace().isPresent()) {
            return "It takes turns in the queue: wait, and the file comes to you.";
        }
        if (holder.mode() == Mode.NONE && !holder.descriptors().isEmpty()) {
            return "It has the file open without a lock, so it keeps nobody out.";
        }
        String elsewhere = holder.isInOtherNamespace() ? " It runs in a container: stop it there." : "";
        String reads =
                holder.mode() == Mode.READ ? " It only reads: opening the file read-only succeeds beside it." : "";
        return what(program) + elsewhere + reads;
    }

    private static String what(Program program) {
        return switch (program.kind()) {
            case JVM -> "A Java program: close its pool or stop it. " + SHARE + " in Java.";
            case NODE ->
                program.nextServer()
                        ? "A Next.js server: it keeps the file as long as it runs, and a development server may open it again at each"
                                + " reload unless the instance is kept in globalThis. Stop it in its terminal with Ctrl+C."
                        : "A Node program: close its instance (closeSync) or stop it. Programs that can't take turns run under"
                                + " \"duckpool run\".";
            case PYTHON ->
                program.notebook()
                        ? "A notebook: its kernel keeps the file until the connection is closed. Run con.close(), or restart the kernel."
                        : "A Python program: close its connection (con.close(), or \"with duckdb.connect(…)\") or wait for its"
                                + " end. Programs that can't take turns run under \"duckpool run\".";
            case DUCKDB_CLI -> "DuckDB's command line: leave it with .quit, or open it with -readonly for looking.";
            case BI_TOOL ->
                "A database browser or reporting tool: disconnect there, or let it open the file read-only.";
            case OTHER -> "Wait for its end, or stop it by its own means.";
        };
    }
}
