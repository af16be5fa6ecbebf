package io.github.duckpool.lock;

import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One pass over what all processes have open, by as many threads as there are processors: the time goes into system calls, one for
 * each of thousands of descriptors. Who has few is next to who has few, in the order of their numbers; so each thread takes
 * one process at a time, and none is left with all the large ones. Immutable and thread-safe.
 */
final class ProcScan {
    private final Map<Long, List<OpenFile>> seen;
    private final Set<Long> denied;

    /** What a process has open of the files; null if that may not be read. */
    private record Open(long pid, @Nullable List<OpenFile> files) {}

    private ProcScan(Map<Long, List<OpenFile>> seen, Set<Long> denied) {
        this.seen = seen;
        this.denied = denied;
    }

    /** Looks through all processes. */
    static ProcScan of(ProcDescriptors descriptors) {
        List<Long> pids = pids();
        var next = new AtomicInteger();
        Set<Object> others = ConcurrentHashMap.newKeySet();
        Queue<Open> found = new ConcurrentLinkedQueue<>();
        // A thread of the common pool that is busy elsewhere is not waited for: this one goes through all that is left.
        IntStream.rangeClosed(0, ForkJoinPool.getCommonPoolParallelism())
                .parallel()
                .forEach(thread -> {
                    for (int i = next.getAndIncrement(); i < pids.size(); i = next.getAndIncrement()) {
                        long pid = pids.get(i);
                        List<OpenFile> files = descriptors.of(pid, others);
                        if (files == null || !files.isEmpty()) {
                            found.add(new Open(pid, files));
                        }
                    }
                });
        Map<Long, List<OpenFile>> seen = new LinkedHashMap<>();
        Set<Long> denied = new TreeSet<>();
        for (Open open : found) {
            if (open.files == null) {
                denied.add(open.pid);
            } else {
                seen.put(open.pid, open.files);
            }
        }
        return new ProcScan(seen, denied);
    }

    private static List<Long> pids() {
        String[] names = new File("/proc").list();
        List<Long> pids = new ArrayList<>();
        for (String name : names == null ? new String[0] : names) {
            if (Character.isDigit(name.charAt(0))) {
                pids.add(Long.parseLong(name));
            }
        }
        return pids;
    }

    /** Who has one of the files open, and by which descriptors. */
    Map<Long, List<OpenFile>> seen() {
        return seen;
    }

    /** Whose descriptors may not be read. */
    Set<Long> denied() {
        return denied;
    }
}
